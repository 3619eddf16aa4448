using System.Net;
using System.Runtime.InteropServices;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Options;

namespace K8sMediaFlow.Cli.Tests.Runs;

/// <summary>
/// A sidecar process without a data plane: serves the real control API and takes what media operators would tell it from files in the
/// pod's folder.
/// </summary>
internal static class FakeSidecar
{
    public static async Task<int> RunAsync(string[] args)
    {
        var config = SidecarOptions.Parse(await File.ReadAllBytesAsync(args[1]));
        var folder = new FakePodFolder(Path.GetDirectoryName(args[1])!);
        if (folder.Has("broken"))
            return 7;
        folder.Append("lives", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var identity = new TlsIdentityFiles(config.CertificateFile, config.KeyFile, config.CaFile);
        using var stopping = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stopping.Cancel();
        });
        var options = new ControlServerOptions(IPAddress.Parse(config.Address), config.ControlPort, () => identity.Current);
        await using var server = new ControlServer(options, new FakeHandler(config.Pod, folder));
        await server.StartAsync(CancellationToken.None);
        await Task.Delay(Timeout.Infinite, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
}

/// <summary>How scripts and the fake speak: files in the pod's folder.</summary>
internal sealed class FakePodFolder(string path)
{
    public bool Has(string name) => File.Exists(Path.Combine(path, name));

    public string Read(string name) => File.ReadAllText(Path.Combine(path, name)).Trim();

    public void Append(string name, string line) => File.AppendAllText(Path.Combine(path, name), line + "\n");
}
