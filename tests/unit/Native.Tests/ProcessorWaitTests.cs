using System.Diagnostics;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Native.Tests;

/// <summary>A process that gets no processor is told from one that asks for none.</summary>
public sealed class ProcessorWaitTests
{
    private const int Together = 8;

    [Fact]
    public void Who_shares_a_processor_with_others_waits_for_it()
    {
        // Each of them gets an eighth of one processor, whatever else the machine does.
        var busy = Enumerable.Range(0, Together).Select(_ => Busy()).ToList();
        try
        {
            var wait = new ProcessorWait(busy[0].Id);
            Await(() => wait.Look() >= TimeSpan.FromMilliseconds(500), "it waits for its processor");
        }
        finally
        {
            busy.ForEach(End);
        }
    }

    /// <summary>A script waits for its command and is not ready to run itself.</summary>
    [Fact]
    public void Who_waits_for_a_process_that_gets_no_processor_waits_for_it_if_asked()
    {
        var busy = Enumerable.Range(1, Together - 1).Select(_ => Busy()).ToList();
        using var script = Process.Start("/bin/sh", ["-c", "taskset -c 0 chrt --idle 0 /bin/sh -c 'while :; do :; done' & wait"]);
        try
        {
            var (alone, together) = (new ProcessorWait(script.Id), new ProcessorWait(script.Id, withDescendants: true));
            Await(() => together.Look() >= TimeSpan.FromMilliseconds(500), "its command waits for its processor");
            alone.Look().ShouldBeLessThan(together.Look());
        }
        finally
        {
            busy.ForEach(End);
            script.Kill(entireProcessTree: true);
            script.WaitForExit(Hang.Bound).ShouldBeTrue("the script did not end, although it was killed");
        }
    }

    /// <summary>Of the idle class and beside seven others it runs seconds apart: the kernel counts a wait at its end.</summary>
    [Fact]
    public void Who_gets_no_processor_at_all_waits_for_it()
    {
        var began = Stopwatch.StartNew();
        var busy = Enumerable.Range(1, Together - 1).Select(_ => Busy()).Append(Busy("chrt", "--idle", "0")).ToList();
        try
        {
            var wait = new ProcessorWait(busy[^1].Id);
            Await(() => GrowsWithoutTheKernel(wait, busy[^1].Id), "its wait grows while it does not run");
            wait.Look().ShouldBeLessThanOrEqualTo(began.Elapsed);
        }
        finally
        {
            busy.ForEach(End);
        }
    }

    [Fact]
    public void Who_is_stopped_waits_for_nothing()
    {
        using var stopped = Process.Start("/bin/sh", ["-c", "kill -STOP $$; sleep 60"]);
        try
        {
            AwaitStopped(stopped.Id);
            var wait = new ProcessorWait(stopped.Id);
            var before = wait.Look();
            Thread.Sleep(200);
            wait.Look().ShouldBe(before);
        }
        finally
        {
            End(stopped);
        }
    }

    [Fact]
    public void Of_a_process_that_is_gone_nothing_is_known()
    {
        using var gone = Process.Start("/bin/true");
        gone.WaitForExit(Hang.Bound).ShouldBeTrue("/bin/true did not end");
        new ProcessorWait(gone.Id).Look().ShouldBe(TimeSpan.Zero);
    }

    private static Process Busy(params string[] prefix) =>
        Process.Start("taskset", ["-c", "0", .. prefix, "/bin/sh", "-c", "while :; do :; done"]);

    private static bool GrowsWithoutTheKernel(ProcessorWait wait, int processId)
    {
        var (schedule, before) = (Schedule(processId), wait.Look());
        Thread.Sleep(200);
        var after = wait.Look();
        return Schedule(processId) == schedule && after - before >= TimeSpan.FromMilliseconds(200);
    }

    private static string Schedule(int processId) => File.ReadAllText($"/proc/{processId}/schedstat");

    private static void AwaitStopped(int processId) => Await(
        () => File.ReadAllText($"/proc/{processId}/stat").Contains(") T ", StringComparison.Ordinal), $"process {processId} is stopped");

    private static void Await(Func<bool> condition, string sentence)
    {
        for (var limit = Stopwatch.StartNew(); limit.Elapsed < Hang.Bound; Thread.Sleep(5))
            if (condition())
                return;
        throw new TimeoutException("not in time: " + sentence);
    }

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit(Hang.Bound).ShouldBeTrue($"process {process.Id} did not end, although it was killed");
    }
}
