using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Hostile;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// The product's sidecar as a process that does not run for longer than any bound of the attach: all get in, each by its first attempt.
/// </summary>
[Trait("Category", "Slow")]
public sealed class StarvedAttachTests : IDisposable
{
    // Before, a media operator waited 10 s for an answer and gave up after the time of its attach; a sidecar waited 5 s for a hello.
    private static readonly TimeSpan AttachTimeout = TimeSpan.FromSeconds(2), Away = TimeSpan.FromSeconds(13);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-starved-");
    private readonly SidecarProcess _sidecar = new("pod-a", $"127.227.{Environment.ProcessId % 250}.10", ["camera", "render"]);

    public void Dispose()
    {
        _sidecar.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task All_attach_to_a_sidecar_that_was_stopped()
    {
        _sidecar.Follow(new PodPlans().Together());
        Signal("STOP");
        using var silent = new RawMediaOperator(_sidecar.SocketPath, "render");
        var camera = Attach("camera");
        await Task.Delay(Away);
        camera.IsCompleted.ShouldBeFalse(camera.Exception?.Message);
        Signal("CONT");
        await using var attached = await camera.WaitAsync(Hang.Bound);
        // The process that was stopped itself between its connection and its hello.
        silent.Attach(replica: 0, incarnation: 5);
        (silent.Refusal, silent.IsClosed).ShouldBe((null, false));
        ShouldHaveAttachedOnce();
    }

    [Fact]
    public async Task All_attach_to_a_sidecar_that_gets_no_processor()
    {
        _sidecar.Follow(new PodPlans().Together());
        var pid = _sidecar.ProcessId;
        var starving = Task.Run(() => Tool.Run("sh", ["-c",
            $"taskset -apc 0 {pid}; renice -n 19 -p $(ls /proc/{pid}/task); "
            + $"for i in 1 2 3 4; do taskset -c 0 timeout {Away.TotalSeconds} sh -c 'while :; do :; done' & done; wait; "
            + $"taskset -apc 0-$(($(nproc) - 1)) {pid}"]));
        await Task.Delay(TimeSpan.FromSeconds(1));
        var attaching = new[] { Attach("camera"), Attach("render") };
        foreach (var one in attaching)
            await (await one.WaitAsync(Hang.Bound)).DisposeAsync();
        await starving;
        ShouldHaveAttachedOnce();
    }

    private Task<MediaOperator> Attach(string name)
    {
        var token = Path.Combine(_folder.FullName, name);
        File.WriteAllText(token, PodPlans.TokenOf(name));
        return MediaOperator.AttachAsync(new MediaOperatorOptions
        {
            SocketPath = _sidecar.SocketPath,
            TokenFile = token,
            Name = name,
            AttachTimeout = AttachTimeout,
        });
    }

    private void Signal(string name) => Tool.Run("kill", [$"-{name}", $"{_sidecar.ProcessId}"]);

    private void ShouldHaveAttachedOnce()
    {
        _sidecar.ShouldLive();
        _sidecar.Log.ShouldNotContain("before it was served");
        _sidecar.Log.ShouldNotContain("attach connection ended");
        // A media operator has its answer a moment before the status names it.
        Watchdog.Until(() => _sidecar.Status.Operators.All(one => one.State != MediaOperatorState.Failed && one.Incarnation.Length > 0),
            () => string.Join('\n', _sidecar.Status.Operators));
    }
}
