using System.Runtime.InteropServices;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Sidecar;
using K8sMediaFlow.Sidecar.Hosting;

if (args is ["preflight", "--json"])
{
    var report = PreflightReport.Make();
    Console.WriteLine(report.ToJson());
    return report.IsUsable ? 0 : 1;
}
if (args is ["drain", var config])
    return DrainRequest.Run(config);
if (args is ["await", var awaited, var seconds])
    return AwaitRequest.Run(awaited, seconds);
if (args is not ([_] or ["--config", _]) || args[^1].StartsWith('-'))
{
    Console.Error.WriteLine("usage: k8smediaflow-sidecar [--config] FILE | await FILE SECONDS | drain FILE | preflight --json");
    return 2;
}
try
{
    var options = SidecarOptionsFile.Read(args[^1]);
    Log.Use(options.LogFormat, options.LogLevel, options.Pod);
    await using var host = new SidecarHost(options);
    // Neither is disposed: a second signal may come in the last moments of the process, and is to change nothing.
    var end = new CancellationTokenSource();
    PosixSignalRegistration[] signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT }.Select(one => PosixSignalRegistration.Create(one, signal => Stop(signal, end)))];
    await host.RunAsync(end.Token);
    GC.KeepAlive(signals);
    return 0;
}
catch (Exception wrong) when (wrong is InvalidDataException or K8sMediaFlow.Control.ControlException or IOException or UnauthorizedAccessException
    or System.Security.Cryptography.CryptographicException or System.Net.Sockets.SocketException or K8sMediaFlow.Native.NativeException or K8sMediaFlow.Staging.StagingException)
{
    Log.Fault($"cannot start: {wrong.Message}");
    return 1;
}

static void Stop(PosixSignalContext signal, CancellationTokenSource end)
{
    signal.Cancel = true;
    end.Cancel();
}
