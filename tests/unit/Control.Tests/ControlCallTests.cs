using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Control.Tests;

public class ControlCallTests
{
    [Fact]
    public async Task A_plan_arrives_byte_for_byte_with_its_version()
    {
        await using var control = await ControlFixture.StartAsync();
        var incarnation = await control.Client.ApplyPlanAsync(ControlFixture.Plan(3), CancellationToken.None);
        incarnation.ShouldBe("one");
        control.Handler.Applied.Single().Version.ShouldBe(new PlanVersion(1, 3, 0));
        control.Handler.Applied.Single().Json.ToArray().ShouldBe(ControlFixture.Plan(3).Json.ToArray());
        (await control.Client.GetInfoAsync(CancellationToken.None)).Plan.ShouldBe(new PlanVersion(1, 3, 0));
    }

    [Fact]
    public async Task A_plan_with_a_lower_version_is_refused_naming_both()
    {
        await using var control = await ControlFixture.StartAsync();
        await control.Client.ApplyPlanAsync(ControlFixture.Plan(3), CancellationToken.None);
        var error = await Should.ThrowAsync<ControlException>(control.Client.ApplyPlanAsync(ControlFixture.Plan(2),
            CancellationToken.None));
        error.Status.ShouldBe(StatusCode.FailedPrecondition);
        error.Message.ShouldContain("1.2.0");
        error.Message.ShouldContain("1.3.0");
        control.Handler.Applied.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_handlers_refusal_keeps_its_status_and_its_message_beyond_ascii()
    {
        await using var control = await ControlFixture.StartAsync();
        control.Handler.OnApply = (_, _) =>
            throw new ControlException(StatusCode.InvalidArgument, "edge 'décode' has 100% of nothing\nat all");
        var error = await Should.ThrowAsync<ControlException>(control.Client.ApplyPlanAsync(ControlFixture.Plan(1),
            CancellationToken.None));
        error.Status.ShouldBe(StatusCode.InvalidArgument);
        error.Message.ShouldBe("edge 'décode' has 100% of nothing\nat all");
    }

    [Fact]
    public async Task A_handlers_own_failure_is_internal_and_the_server_lives_on()
    {
        await using var control = await ControlFixture.StartAsync();
        control.Handler.OnApply = (_, _) => throw new InvalidOperationException("broken");
        var error = await Should.ThrowAsync<ControlException>(control.Client.ApplyPlanAsync(ControlFixture.Plan(1),
            CancellationToken.None));
        error.Status.ShouldBe(StatusCode.Internal);
        (await control.Client.GetInfoAsync(CancellationToken.None)).Pod.ShouldBe("highlights-decode-0");
    }

    [Fact]
    public async Task A_status_keeps_every_field()
    {
        await using var control = await ControlFixture.StartAsync();
        await control.Client.ApplyPlanAsync(ControlFixture.Plan(3), CancellationToken.None);
        await foreach (var status in control.Client.WatchStatusAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None))
        {
            status.Plan.ShouldBe(new PlanVersion(1, 3, 0));
            var edge = status.Edges.Single();
            (edge.Edge, edge.Side, edge.Way, edge.Frames, edge.Bytes)
                .ShouldBe(("decode.video->analyse.video", EdgeSide.Outbound, "Tcp", 7L, 70L));
            (edge.Gaps, edge.Duplicates, edge.BlocksInUse, edge.BlocksTotal, edge.Ended).ShouldBe((1L, 2L, 5, 9, false));
            edge.Drops["FrameTooLarge"].ShouldBe(3);
            (edge.Latency.Count, edge.WaitsFor).ShouldBe((7, "a grant of studio"));
            status.Operators.Single().ShouldBe(new MediaOperatorReport("decode", 0, MediaOperatorState.Failed, "two", "no such file: ü"));
            status.Links.Single().ShouldBe(
                new LinkStatus("decode.video->analyse.video", "studio", LinkDirection.Outbound, LinkState.Lost, "Tcp", 4, "no heartbeat",
                    11, 2)
                {
                    WayReason = "PortDown: no cable",
                });
            status.Rdma.ShouldBe(new RdmaStatus(false, "mlx5_0", "10.0.0.7", "PortDown", "no cable") { Probes = 4 });
            break;
        }
    }

    [Fact]
    public async Task Statuses_stop_being_read_when_the_watcher_goes()
    {
        await using var control = await ControlFixture.StartAsync();
        var seen = 0;
        using var gone = new CancellationTokenSource(ControlFixture.Patience);
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in control.Client.WatchStatusAsync(TimeSpan.FromMilliseconds(50), gone.Token))
            {
                if (++seen == 3)
                    await gone.CancelAsync();
            }
        });
        seen.ShouldBe(3);
        await Eventually(async () =>
        {
            var before = control.Handler.StatusesRead;
            await Task.Delay(300);
            return control.Handler.StatusesRead == before;
        });
    }

    [Fact]
    public async Task A_watch_interval_out_of_bounds_is_refused()
    {
        await using var control = await ControlFixture.StartAsync();
        var error = await Should.ThrowAsync<ControlException>(async () =>
        {
            await foreach (var _ in control.Client.WatchStatusAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None))
            {
            }
        });
        error.Status.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task A_drain_that_outlasts_its_deadline_says_so()
    {
        await using var control = await ControlFixture.StartAsync();
        control.Handler.OnDrain = cancellation => Task.Delay(Timeout.Infinite, cancellation);
        var error = await Should.ThrowAsync<ControlException>(control.Client.DrainAsync(TimeSpan.FromMilliseconds(100),
            CancellationToken.None));
        error.Status.ShouldBe(StatusCode.DeadlineExceeded);
        error.Message.ShouldContain("100 ms");
        control.Handler.OnDrain = _ => Task.CompletedTask;
        await control.Client.DrainAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
    }

    [Fact]
    public async Task The_callers_deadline_reaches_the_handler()
    {
        await using var control = await ControlFixture.StartAsync();
        TaskCompletionSource reached = new(), cancelled = new();
        control.Handler.OnApply = async (_, cancellation) =>
        {
            using var registration = cancellation.Register(() => cancelled.TrySetResult());
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        using var hasty = control.ClientAs(control.Identities.Issue(ControllerIdentity.Uri), TestIdentities.Sidecar,
            TimeSpan.FromMilliseconds(200));
        using var watchdog = new CancellationTokenSource(ControlFixture.Patience);
        // On a slow machine the deadline of the first call may pass before the connection stands.
        while (!reached.Task.IsCompleted)
        {
            var error = await Should.ThrowAsync<ControlException>(hasty.ApplyPlanAsync(ControlFixture.Plan(1), watchdog.Token));
            error.Status.ShouldBe(StatusCode.DeadlineExceeded);
            error.Message.ShouldEndWith("did not answer in time");
        }
        await cancelled.Task.WaitAsync(ControlFixture.Patience);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public async Task A_sidecar_is_spoken_to_in_any_version_that_both_know(int min, int max)
    {
        await using var control = await ControlFixture.StartAsync();
        control.Handler.Versions = (min, max);
        (await control.Client.GetInfoAsync(CancellationToken.None)).ControlVersionMax.ShouldBe(max);
    }

    [Fact]
    public async Task A_sidecar_of_no_common_version_is_refused_naming_both()
    {
        await using var control = await ControlFixture.StartAsync();
        control.Handler.Versions = (3, 4);
        var error = await Should.ThrowAsync<ControlException>(control.Client.GetInfoAsync(CancellationToken.None));
        error.Status.ShouldBe(StatusCode.FailedPrecondition);
        error.Message.ShouldBe("sidecar highlights-decode-0 speaks control versions 3..4, here are 1..2");
    }

    [Fact]
    public async Task An_oversized_plan_is_refused_and_the_connection_serves_the_next_call()
    {
        await using var control = await ControlFixture.StartAsync();
        var huge = new PlanDocument(new PlanVersion(1, 1, 0), new byte[(4 << 20) + 1]);
        var error = await Should.ThrowAsync<ControlException>(control.Client.ApplyPlanAsync(huge, CancellationToken.None));
        error.Status.ShouldBe(StatusCode.ResourceExhausted);
        error.Message.ShouldEndWith("at most 4194304 are taken");
        control.Handler.Applied.ShouldBeEmpty();
        (await control.Client.GetInfoAsync(CancellationToken.None)).Incarnation.ShouldBe("one");
    }

    [Fact]
    public async Task A_sidecar_that_is_gone_is_unavailable()
    {
        var control = await ControlFixture.StartAsync();
        await control.Server.DisposeAsync();
        var error = await Should.ThrowAsync<ControlException>(control.Client.GetInfoAsync(CancellationToken.None));
        error.Status.ShouldBe(StatusCode.Unavailable);
        error.Message.ShouldContain("cannot be reached");
        await control.DisposeAsync();
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sidecar_that_gets_no_further_than_accepting_is_unavailable(bool isWatched)
    {
        // The kernel accepts, and nobody answers the handshake: a process that is stopped, or starved.
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        using var identities = new TestIdentities();
        using var client = new ControlClient(new((IPEndPoint)mute.LocalEndpoint, () => identities.Issue(ControllerIdentity.Uri),
            [TestIdentities.Sidecar]))
        {
            Deadline = ControlFixture.Patience,
        };
        var error = await Should.ThrowAsync<ControlException>(async () =>
        {
            if (!isWatched)
                await client.GetInfoAsync(CancellationToken.None);
            await foreach (var _ in client.WatchStatusAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None))
            {
            }
        });
        error.Status.ShouldBe(StatusCode.Unavailable);
        error.Message.ShouldContain("cannot be reached");
    }

    [Fact]
    public async Task A_watch_ends_with_an_error_when_the_sidecar_stops()
    {
        var control = await ControlFixture.StartAsync();
        Task? stopped = null;
        var error = await Should.ThrowAsync<ControlException>(async () =>
        {
            await foreach (var _ in control.Client.WatchStatusAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None))
                stopped ??= control.Server.DisposeAsync().AsTask();
        });
        error.Status.ShouldBe(StatusCode.Unavailable);
        await control.DisposeAsync();
    }

    [Fact]
    public async Task A_watch_that_says_nothing_ends_with_an_error()
    {
        await using var control = await ControlFixture.StartAsync();
        using var heard = new ManualResetEventSlim();
        control.Handler.OnStatus = number => (number == 1 || heard.Wait(ControlFixture.Patience)).ShouldBeTrue();
        using var hasty = control.ClientAs(control.Identities.Issue(ControllerIdentity.Uri), TestIdentities.Sidecar,
            TimeSpan.FromSeconds(2));
        var error = await Should.ThrowAsync<ControlException>(async () =>
        {
            await foreach (var _ in hasty.WatchStatusAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None))
            {
            }
        });
        heard.Set();
        error.Status.ShouldBe(StatusCode.DeadlineExceeded);
        error.Message.ShouldBe($"127.0.0.1:{control.Server.Port} did not answer in time");
    }

    [Fact]
    public async Task A_sidecar_that_starts_after_a_failed_call_has_the_next_one()
    {
        await using var control = await ControlFixture.StartAsync();
        var port = control.Server.Port;
        await control.Server.DisposeAsync();
        (await Should.ThrowAsync<ControlException>(control.Client.GetInfoAsync(CancellationToken.None)))
            .Status.ShouldBe(StatusCode.Unavailable);
        await using var successor = control.ServerAt(port);
        await successor.StartAsync(CancellationToken.None);
        (await control.Client.GetInfoAsync(CancellationToken.None)).Incarnation.ShouldBe("one");
    }

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        using var watchdog = new CancellationTokenSource(ControlFixture.Patience);
        while (!await holds())
            watchdog.Token.ThrowIfCancellationRequested();
    }
}
