using K8sMediaFlow.Kubernetes.Reconciling;

namespace K8sMediaFlow.Kubernetes.Tests.Reconciling;

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

    private static Task<string> Take(WorkQueue<string> queue) => queue.TakeAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
