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
        var busy = Enumerable.Range(0, Together).Select(_ => Process.Start("taskset", ["-c", "0", "/bin/sh", "-c", "while :; do :; done"]))
            .ToList();
        try
        {
            var limit = Stopwatch.StartNew();
            while (ProcessorWait.Of(busy[0].Id) < TimeSpan.FromMilliseconds(500) && limit.Elapsed < Hang.Bound)
                Thread.Sleep(20);
            ProcessorWait.Of(busy[0].Id).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(500));
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
            var before = ProcessorWait.Of(stopped.Id);
            Thread.Sleep(200);
            ProcessorWait.Of(stopped.Id).ShouldBe(before);
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
        ProcessorWait.Of(gone.Id).ShouldBe(TimeSpan.Zero);
    }

    private static void AwaitStopped(int processId)
    {
        for (var limit = Stopwatch.StartNew(); limit.Elapsed < Hang.Bound; Thread.Sleep(5))
            if (File.ReadAllText($"/proc/{processId}/stat").Contains(") T ", StringComparison.Ordinal))
                return;
        throw new TimeoutException($"process {processId} did not stop");
    }

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit(Hang.Bound).ShouldBeTrue($"process {process.Id} did not end, although it was killed");
    }
}
