using System.Net;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// The product's own program: what kills it kills no test. Started where this suite was built, told everything through its file and its
/// control API.
/// </summary>
internal sealed class SidecarProcess : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-hostile-");
    private readonly ChildProcess _child;
    private readonly ControlClient _control;

    /// <param name="pod">As its plan names it.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="mediaOperators">Whose identities its certificate carries.</param>
    /// <param name="descriptorsMax">Of the process.</param>
    public SidecarProcess(string pod, string address, IReadOnlyList<string> mediaOperators, int descriptorsMax = 4096)
    {
        using var leaf = Papers.Leaf([.. mediaOperators.Select(Papers.Identity)]);
        TlsIdentityFiles.Write(PathOf("tls.crt"), PathOf("tls.key"), PathOf("ca.crt"), leaf, Papers.AuthorityPem);
        var options = new SidecarOptions(7400, 7401, SocketPath, PathOf("state"), PathOf("tls.crt"), PathOf("tls.key"), PathOf("ca.crt"),
            pod, address, 7402, HealthPort: 7403);
        File.WriteAllBytes(PathOf("sidecar.json"), options.ToJson());
        var program = Path.Combine(AppContext.BaseDirectory, "k8smediaflow-sidecar.dll");
        _child = ChildProcess.Start(new()
        {
            File = "sh",
            Arguments = ["-c",
                $"ulimit -n {descriptorsMax}; exec dotnet {program} {PathOf("sidecar.json")} > {PathOf("log")} 2>&1"],
        });
        using var caller = Papers.Leaf([ControllerIdentity.Uri]);
        var identity = TlsIdentity.FromPem(caller.CertificatePem, caller.PrivateKeyPem(), Papers.AuthorityPem);
        _control = new ControlClient(new ControlClientOptions(new IPEndPoint(IPAddress.Parse(address), 7400), () => identity,
            [Papers.Identity(mediaOperators[0])]))
        {
            Deadline = Hang.Bound,
        };
        Watchdog.Until(() => Log.Contains("control on", StringComparison.Ordinal), () => $"the sidecar does not start: {Log}");
    }

    public string SocketPath => PathOf("attach.sock");

    public string Log => File.Exists(PathOf("log")) ? File.ReadAllText(PathOf("log")) : "";

    public int ProcessId => _child.ProcessId;

    public SidecarStatus Status => Call(async cancellation =>
    {
        await foreach (var status in _control.WatchStatusAsync(TimeSpan.FromSeconds(1), cancellation))
            return status;
        throw new InvalidOperationException("no status came");
    });

    public void Follow(SidecarPlan plan) =>
        Call(cancellation => _control.ApplyPlanAsync(new PlanDocument(plan.Version, PlanJson.Write(plan)), cancellation));

    /// <summary>Sends bytes as a plan; null if it is followed.</summary>
    public ControlException? Offer(PlanVersion version, byte[] json)
    {
        try
        {
            Call(cancellation => _control.ApplyPlanAsync(new PlanDocument(version, json), cancellation));
            return null;
        }
        catch (InvalidOperationException refused) when (refused.InnerException is ControlException why)
        {
            return why;
        }
    }

    /// <summary>Whoever asks has a sidecar that lives, or its last words.</summary>
    public void ShouldLive() => Directory.Exists($"/proc/{ProcessId}/task").ShouldBeTrue(Log);

    /// <summary>What it has open, mapped and running, by kind.</summary>
    public Holdings Holdings => Holdings.Of(ProcessId);

    public void Dispose()
    {
        _control.Dispose();
        _child.Kill();
        _child.Wait(Hang.Bound);
        _folder.Delete(recursive: true);
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private T Call<T>(Func<CancellationToken, Task<T>> call)
    {
        using var limit = new CancellationTokenSource(Hang.Bound);
        while (true)
        {
            try
            {
                // On a thread of the pool: those that run tests may all be waiting like this one.
                return Task.Run(() => call(limit.Token)).GetAwaiter().GetResult();
            }
            catch (ControlException slow) when (slow.Status == StatusCode.DeadlineExceeded && !limit.IsCancellationRequested)
            {
                // A machine that is busy with other tests takes longer than a connection may; every call may be made twice.
                ShouldLive();
            }
            catch (ControlException failed)
            {
                throw new InvalidOperationException($"{failed.Message}\n{Log}", failed);
            }
        }
    }
}
