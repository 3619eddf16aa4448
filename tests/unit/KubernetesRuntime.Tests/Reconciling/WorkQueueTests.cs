using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Reconciling;

public class WorkQueueTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_key_added_often_is_given_once()
    {
        using var queue = new WorkQueue<string>();
        for (var i = 0; i < 1000; i++)
            queue.Add("a");
        queue.Add("b");
        queue.Depth.ShouldBe(2);
        (await Take(queue), await Take(queue)).ShouldBe(("a", "b"));
        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_worked_on_is_given_to_nobody_else_and_comes_again_afterwards()
    {
        using var queue = new WorkQueue<string>();
        queue.Add("a");
        await Take(queue);
        queue.Add("a");
        queue.Add("a");
        queue.Depth.ShouldBe(1);
        var next = Take(queue);
        next.IsCompleted.ShouldBeFalse();
        queue.Done("a");
        (await next).ShouldBe("a");
        queue.Done("a");
        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public void Done_without_taking_is_our_own_fault()
    {
        using var queue = new WorkQueue<string>();
        queue.Add("a");
        Should.Throw<InvalidOperationException>(() => queue.Done("a"));
        Should.Throw<InvalidOperationException>(() => queue.Done("b"));
    }

    [Fact]
    public async Task A_delayed_key_comes_at_its_earliest_time_and_once()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(60));
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(30));
        queue.Delayed.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(9));
        queue.Depth.ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(2));
        queue.Depth.ShouldBe(1);
        (await Take(queue)).ShouldBe("a");
        queue.Done("a");
        _time.Advance(TimeSpan.FromMinutes(5));
        (queue.Depth, queue.Delayed).ShouldBe((0, 0));
    }

    [Fact]
    public async Task What_is_taken_now_does_not_come_again_for_an_earlier_promise()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.Add("a");
        await Take(queue);
        queue.Done("a");
        _time.Advance(TimeSpan.FromMinutes(1));
        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task Promises_that_are_kept_early_leave_no_memory_behind()
    {
        using var queue = new WorkQueue<string>(_time);
        for (var i = 0; i < 10_000; i++)
        {
            queue.AddAfter("a", TimeSpan.FromHours(1));
            queue.Add("a");
            await Take(queue);
            queue.Done("a");
        }
        queue.HeapSize.ShouldBeLessThan(200);
    }

    [Fact]
    public async Task Tenants_take_turns_however_many_keys_one_of_them_has()
    {
        using var queue = new WorkQueue<string>(tenantOf: key => key[..1]);
        for (var i = 0; i < 1000; i++)
            queue.Add($"a{i}");
        queue.Add("b0");
        queue.Add("b1");
        queue.Add("c0");
        var taken = new List<string>();
        for (var i = 0; i < 6; i++)
            taken.Add(await Take(queue));
        taken.ShouldBe(["a0", "b0", "c0", "a1", "b1", "a2"]);
    }

    [Fact]
    public async Task One_tenant_does_not_have_all_workers()
    {
        using var queue = new WorkQueue<string>(tenantOf: key => key[..1], perTenantMax: 3);
        for (var i = 0; i < 10; i++)
            queue.Add($"a{i}");
        (await Take(queue), await Take(queue), await Take(queue)).ShouldBe(("a0", "a1", "a2"));
        // The fourth worker waits for somebody else, though there are keys.
        var (fourth, depth) = (Take(queue), queue.Depth);
        (fourth.IsCompleted, depth).ShouldBe((false, 7));
        queue.Add("b0");
        (await fourth).ShouldBe("b0");
        var fifth = Take(queue);
        fifth.IsCompleted.ShouldBeFalse();
        queue.Done("a1");
        (await fifth).ShouldBe("a3");
        queue.Done("b0");
        queue.Depth.ShouldBe(6);
    }

    [Fact]
    public async Task A_waiting_worker_that_is_cancelled_takes_no_key_with_it()
    {
        for (var i = 0; i < 200; i++)
        {
            using var queue = new WorkQueue<string>();
            using var cancel = new CancellationTokenSource();
            var (first, second) = (queue.TakeAsync(cancel.Token).AsTask(), Take(queue));
            await Task.WhenAll(Task.Run(cancel.Cancel), Task.Run(() => queue.Add("a")));
            // Whoever of the two got it: it is nowhere else, and it is not lost.
            if (await Task.WhenAny(first, second).WaitAsync(Hang.Bound) == first && first.IsCompletedSuccessfully)
                queue.Add("b");
            (await second).ShouldBe(first.IsCompletedSuccessfully ? "b" : "a");
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_holds_nothing_up_and_brings_nothing_on()
    {
        var clock = new SetClock(_time);
        using var queue = new WorkQueue<string>(clock);
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        clock.Offset = TimeSpan.FromDays(-1);
        _time.Advance(TimeSpan.FromSeconds(11));
        queue.Depth.ShouldBe(1);
        await Take(queue);
        queue.Done("a");
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        clock.Offset = TimeSpan.FromDays(1);
        queue.AddAfter("b", TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        (await Take(queue), queue.Depth, queue.Delayed).ShouldBe(("b", 0, 1));
    }

    [Fact]
    public void Waits_grow_to_a_cap_and_never_beyond_any_number_of_failures()
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        foreach (var (failures, longest) in new[] { (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (100, 60), (int.MaxValue, 60) })
        {
            var waits = Enumerable.Range(0, 200).Select(_ => backOff.After(failures).TotalSeconds).ToList();
            waits.ShouldAllBe(wait => wait >= longest / 2.0 && wait <= longest);
            waits.Distinct().Count().ShouldBeGreaterThan(100);
        }
    }

    private static Task<string> Take(WorkQueue<string> queue) =>
        queue.TakeAsync(CancellationToken.None).AsTask().WaitAsync(Hang.Bound);

    /// <summary>A machine whose wall clock somebody sets; its monotonic one goes on.</summary>
    private sealed class SetClock(ManualTime time) : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
