using System.Runtime.InteropServices;
using K8sMediaFlow.Sidecar;
using K8sMediaFlow.Sidecar.Hosting;

if (args is not ["--config", var path])
{
    Console.Error.WriteLine("usage: k8smediaflow-sidecar --config FILE");
    return 2;
}
try
{
    await using var host = new SidecarHost(SidecarOptions.Read(path));
    using var end = new CancellationTokenSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, end));
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, end));
    await host.RunAsync(end.Token);
    return 0;
}
catch (Exception wrong) when (wrong is InvalidDataException or K8sMediaFlow.Control.ControlException or IOException or System.Security.Cryptography.CryptographicException or System.Net.Sockets.SocketException)
{
    Log.Write($"cannot start: {wrong.Message}");
    return 1;
}

static void Stop(PosixSignalContext signal, CancellationTokenSource end)
{
    signal.Cancel = true;
    end.Cancel();
}
