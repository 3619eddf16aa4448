using System.Collections.Concurrent;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Reconciling;

public sealed class ReconcileLoopTests : IDisposable
{
    private static readonly LoopOptions Quick = new() { BackOff = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(4)) };
    private readonly CancellationTokenSource _stop = new(Hang.LongBound);

    [Fact]
    public async Task A_key_that_fails_a_hundred_times_is_still_tried()
    {
        using var queue = new WorkQueue<string>();
        var attempts = 0;
        var loop = new ReconcileLoop<string>("test", queue,
            (_, _) => Interlocked.Increment(ref attempts) <= 100 ? throw new IOException("not yet") : Task.FromResult(Outcome.Done), Quick);
        var run = loop.RunAsync(_stop.Token);
        queue.Add("a");
        await Until.Async(() => attempts == 101, "the hundred and first attempt", _stop.Token);
        await Until.Async(() => loop.Failing == 0, "the failures forgotten", _stop.Token);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_conflict_storm_delays_nobody_but_its_own_key()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Path.Value!.EndsWith("/stormy")
            ? context.FailAsync(409, "Conflict")
            : context.SayAsync(Lines.Map("calm", 3)));
        using var client = server.Client();
        using var queue = new WorkQueue<string>();
        var calm = 0;
        var loop = new ReconcileLoop<string>("test", queue, async (key, cancel) =>
        {
            await client.For(KubernetesRuntime.Objects.Resources.ConfigMaps)
                .ReplaceAsync(new() { Metadata = new() { Name = key, Namespace = "n" } }, cancel);
            Interlocked.Increment(ref calm);
            return Outcome.After(TimeSpan.FromMilliseconds(1));
        }, Quick with { Workers = 2, BackOff = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(50)) });
        var run = loop.RunAsync(_stop.Token);
        queue.Add("stormy");
        queue.Add("calm");
        await Until.Async(() => Volatile.Read(ref calm) >= 50 && server.Requests.Count(request => request.Contains("stormy")) >= 5,
            "both go on", _stop.Token);
        loop.Failing.ShouldBe(1);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_key_is_never_worked_on_by_two_at_once_and_no_add_is_lost()
    {
        using var queue = new WorkQueue<int>();
        var (running, seen, wanted) = (new ConcurrentDictionary<int, int>(), new ConcurrentDictionary<int, int>(),
            new ConcurrentDictionary<int, int>());
        var overlaps = 0;
        var loop = new ReconcileLoop<int>("test", queue, async (key, _) =>
        {
            if (running.AddOrUpdate(key, 1, (_, count) => count + 1) > 1)
                Interlocked.Increment(ref overlaps);
            var version = wanted[key];
            await Task.Yield();
            seen[key] = version;
            running.AddOrUpdate(key, 0, (_, count) => count - 1);
            return Outcome.Done;
        }, Quick with { Workers = 4 });
        var run = loop.RunAsync(_stop.Token);
        Parallel.For(0, 20_000, index =>
        {
            wanted.AddOrUpdate(index % 7, 1, (_, version) => version + 1);
            queue.Add(index % 7);
        });
        await Until.Async(() => wanted.All(pair => seen.GetValueOrDefault(pair.Key) == pair.Value), "the last version of every key",
            _stop.Token);
        overlaps.ShouldBe(0);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_reconcile_that_takes_too_long_is_cancelled_and_comes_back()
    {
        var time = new ManualTime();
        using var queue = new WorkQueue<string>(time);
        var attempts = 0;
        var loop = new ReconcileLoop<string>("test", queue, async (_, cancel) =>
        {
            Interlocked.Increment(ref attempts);
            await Task.Delay(Timeout.Infinite, cancel);
            return Outcome.Done;
        }, Quick with { Time = time, Timeout = TimeSpan.FromSeconds(30) });
        var run = loop.RunAsync(_stop.Token);
        queue.Add("a");
        await Until.Async(() => attempts == 1, "the first attempt", _stop.Token);
        time.Advance(TimeSpan.FromSeconds(31));
        await Until.Async(() => loop.Failing == 1 && queue.Delayed == 1, "the failure", _stop.Token);
        time.Advance(TimeSpan.FromSeconds(1));
        await Until.Async(() => attempts == 2, "the second attempt", _stop.Token);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_reconcile_that_ignores_its_cancellation_shows_in_the_liveness()
    {
        var time = new ManualTime();
        using var queue = new WorkQueue<string>(time);
        var hang = new TaskCompletionSource<Outcome>();
        var loop = new ReconcileLoop<string>("pipelines", queue, (_, _) => hang.Task, Quick with
        {
            Time = time,
            Timeout = TimeSpan.FromSeconds(30),
            Workers = 1,
        });
        var liveness = new Health.Liveness();
        liveness.Add(loop.Heartbeats[0]);
        var run = loop.RunAsync(_stop.Token);
        queue.Add("a");
        await Until.Async(() => queue.Depth == 0, "the key taken", _stop.Token);
        await Task.Delay(20);
        time.Jump(TimeSpan.FromSeconds(35));
        liveness.Faults().ShouldBeEmpty();
        time.Jump(TimeSpan.FromSeconds(10));
        liveness.Faults().Single().ShouldStartWith("pipelines worker 0 hangs");
        hang.SetResult(Outcome.Gone);
        await Until.Async(() => liveness.Faults().Count == 0, "alive again", _stop.Token);
        await EndAsync(run);
    }

    [Fact]
    public async Task Success_comes_back_at_the_resync_and_what_is_gone_does_not()
    {
        var time = new ManualTime();
        using var queue = new WorkQueue<string>(time);
        var done = new ConcurrentQueue<string>();
        var loop = new ReconcileLoop<string>("test", queue, (key, _) =>
        {
            done.Enqueue(key);
            return Task.FromResult(key switch
            {
                "gone" => Outcome.Gone,
                "soon" => Outcome.After(TimeSpan.FromSeconds(5)),
                _ => Outcome.Done
            });
        }, Quick with { Time = time, Resync = TimeSpan.FromMinutes(10) });
        var run = loop.RunAsync(_stop.Token);
        foreach (var key in new[] { "gone", "soon", "stays" })
            queue.Add(key);
        await Until.Async(() => done.Count == 3 && queue.Delayed == 2, "all three", _stop.Token);
        time.Advance(TimeSpan.FromSeconds(6));
        await Until.Async(() => done.Count == 4 && queue.Delayed == 2, "soon", _stop.Token);
        done.Last().ShouldBe("soon");
        time.Advance(TimeSpan.FromMinutes(12));
        await Until.Async(() => done.Count(key => key == "stays") == 2, "stays", _stop.Token);
        done.Count(key => key == "gone").ShouldBe(1);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_loop_that_was_cancelled_takes_its_work_up_again_in_its_next_run()
    {
        using var queue = new WorkQueue<string>();
        var attempts = 0;
        var loop = new ReconcileLoop<string>("test", queue, async (_, cancel) =>
        {
            if (Interlocked.Increment(ref attempts) == 1)
                await Task.Delay(Timeout.Infinite, cancel);
            return Outcome.Done;
        }, Quick);
        using var term = new CancellationTokenSource();
        var run = loop.RunAsync(term.Token);
        queue.Add("a");
        await Until.Async(() => attempts == 1, "the first attempt", _stop.Token);
        await term.CancelAsync();
        await run.WaitAsync(_stop.Token);
        (queue.Depth, loop.Failing).ShouldBe((1, 0));
        var second = loop.RunAsync(_stop.Token);
        await Until.Async(() => attempts == 2, "the second attempt", _stop.Token);
        await EndAsync(second);
    }

    [Fact]
    public async Task The_servers_wish_to_be_left_alone_outlasts_a_shorter_back_off()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = "40";
            return context.FailAsync(429, "TooManyRequests");
        });
        using var client = server.Client();
        var time = new ManualTime();
        using var queue = new WorkQueue<string>(time);
        var loop = new ReconcileLoop<string>("test", queue, async (_, cancel) =>
        {
            await client.For(KubernetesRuntime.Objects.Resources.ConfigMaps).GetAsync("n", "a", cancel);
            return Outcome.Done;
        }, Quick with { Time = time });
        var run = loop.RunAsync(_stop.Token);
        queue.Add("a");
        await Until.Async(() => queue.Delayed == 1, "the failure", _stop.Token);
        time.Advance(TimeSpan.FromSeconds(39));
        (queue.Delayed, server.Requests.Count).ShouldBe((1, 1));
        time.Advance(TimeSpan.FromSeconds(2));
        await Until.Async(() => server.Requests.Count == 2, "the second request", _stop.Token);
        await EndAsync(run);
    }

    public void Dispose() => _stop.Dispose();

    private async Task EndAsync(Task run)
    {
        await _stop.CancelAsync();
        await run.WaitAsync(Hang.Bound);
    }
}
