using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Bench.Startup;

/// <summary>A sidecar without a plan: it listens, and has no regions.</summary>
internal sealed class SidecarStart : IDisposable
{
    private const string Address = "127.0.0.1";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3), Patience = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-start-");
    private readonly string _options;

    public SidecarStart()
    {
        var (certificate, key, authorities) = (Path("tls.crt"), Path("tls.key"), Path("ca.crt"));
        using var authority = CertificateAuthority.Create("bench", DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromDays(1));
        using var leaf = authority.Issue(new LeafRequest("bench", [PeerIdentity.Of("bench", "start", "generate")], [],
            DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromHours(12)));
        TlsIdentityFiles.Write(certificate, key, authorities, leaf, authority.CertificatePem);
        var options = new SidecarOptions(FreePort(), FreePort(), Path("sidecar.sock"), Path("state"), certificate, key, authorities,
            "generate-0", Address, HealthPort: FreePort());
        _options = Path("sidecar.json");
        File.WriteAllBytes(_options, options.ToJson());
    }

    /// <summary>Its first line says that it listens.</summary>
    public async Task<StartSample> RunAsync(string program)
    {
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, [_options]) { RedirectStandardError = true })!;
        try
        {
            var line = await process.StandardError.ReadLineAsync().WaitAsync(Patience);
            var first = Stopwatch.GetElapsedTime(began);
            var cpu = CpuMilliseconds(process.Id);
            if (line is null || !line.Contains("control on", StringComparison.Ordinal))
                throw new InvalidOperationException($"{program} does not listen: {line ?? "no line"}");
            await Task.Delay(Idle);
            return new(first.TotalMilliseconds, cpu, ResidentMemory.Of(process.Id));
        }
        finally
        {
            process.Kill();
            ProcessEnd.Await(process, program, Patience);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Of all threads that there are, to the nanosecond: the process's own count has ticks of 10 ms.</summary>
    private static double CpuMilliseconds(int process) => Directory.GetDirectories($"/proc/{process}/task")
        .Sum(thread => long.Parse(File.ReadAllText($"{thread}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture)) / 1e6;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(Address), 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
