using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Cli.Run.Supervision;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests.Runs;

public class LocalRunTests
{
    private const string Complete = ScriptedRun.Complete;
    private const string Forever = "exec sleep 1000";

    [Fact]
    public async Task A_run_ends_by_itself_when_every_media_operator_has_completed()
    {
        using var run = new ScriptedRun(Complete, $"sleep 0.3; {Complete}");
        var outcome = await run.RunAsync();
        outcome.ShouldBe(RunOutcome.Completed());
        var lines = RunSummary.Lines(run.State, outcome, TimeSpan.FromSeconds(1)).ToList();
        lines[0].ShouldBe("scripted: completed after 1.0 s");
        lines[1].ShouldStartWith("  source.video->sink.video (Local): ");
    }

    [Fact]
    public async Task A_failed_media_operator_ends_a_batch_run_naming_replica_code_and_last_words()
    {
        using var run = new ScriptedRun(Forever, "echo no such file >&2; exit 3");
        (await run.RunAsync()).ShouldBe(RunOutcome.Failed("media operator sink-0 failed (exit code 3): no such file"));
    }

    [Fact]
    public async Task The_reason_that_a_media_operator_gave_its_sidecar_is_told()
    {
        using var run = new ScriptedRun(Forever, "echo the disk is full > $POD/sink-0.failed; exit 1");
        (await run.RunAsync()).Reason.ShouldBe("media operator sink-0 failed (exit code 1): the disk is full");
    }

    [Fact]
    public async Task A_killed_media_operator_ends_a_batch_run_naming_the_signal()
    {
        using var run = new ScriptedRun("kill -9 $$", Forever);
        (await run.RunAsync()).Reason.ShouldBe("media operator source-0 failed (signal 9)");
    }

    [Fact]
    public async Task Exit_code_0_without_a_word_to_the_sidecar_is_a_failure()
    {
        using var run = new ScriptedRun("exit 0", Forever);
        (await run.RunAsync()).Reason.ShouldContain("never said that it has completed");
    }

    [Fact]
    public async Task A_media_operator_that_said_that_it_failed_and_does_not_end_is_ended()
    {
        using var run = new ScriptedRun($"echo stuck > $POD/source-0.failed; {Forever}", Forever);
        (await run.RunAsync()).Reason.ShouldBe("media operator source-0 failed (signal 9): stuck");
    }

    [Fact]
    public async Task A_failed_media_operator_of_a_streaming_run_is_started_again()
    {
        using var run = new ScriptedRun($"test -e $POD/again || {{ touch $POD/again; exit 4; }}; {Complete}", Complete,
            Execution.Streaming);
        (await run.RunAsync()).ShouldBe(RunOutcome.Completed());
        run.State.Notices.Single().ShouldBe("media operator source-0 failed (exit code 4); starting it again");
    }

    [Fact]
    public async Task A_sidecar_that_dies_is_started_again_and_gets_its_plan_again()
    {
        using var run = new ScriptedRun(
            $"kill -9 $(tail -n 1 $POD/lives); until test $(wc -l < $POD/plans) -ge 2; do sleep 0.1; done; {Complete}", Complete);
        (await run.RunAsync()).ShouldBe(RunOutcome.Completed());
        run.Pod.Read("lives").Split('\n').Length.ShouldBe(2);
        run.State.Notices.ShouldContain(notice => notice.Contains("(signal 9); starting it again"));
    }

    [Fact]
    public async Task A_sidecar_that_hangs_is_spoken_of_and_then_ended_and_started_again()
    {
        using var run = new ScriptedRun(
            $"kill -STOP $(tail -n 1 $POD/lives); until test $(wc -l < $POD/plans) -ge 2; do sleep 0.1; done; {Complete}", Complete,
            silenceMax: TimeSpan.FromSeconds(4));
        (await run.RunAsync()).ShouldBe(RunOutcome.Completed());
        var notices = run.State.Notices.Where(notice => notice.StartsWith("sidecar of pod scripted-both-0 ", StringComparison.Ordinal))
            .ToList();
        notices[0].ShouldMatch("^sidecar of pod .* has said nothing for [0-9]+ s.*; it is ended and started again after 4 s that count: ");
        notices[1].ShouldMatch("^sidecar of pod .* is ended, because it has said nothing for [0-9]+ s.*: .");
        notices[2].ShouldContain("ended (signal 9); starting it again");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_sidecar_that_gets_no_processor_is_not_ended()
    {
        // For twelve seconds it has less than a hundredth of one processor.
        using var run = new ScriptedRun(
            "P=$(tail -n 1 $POD/lives); taskset -apc 0 $P; renice -n 19 -p $(ls /proc/$P/task); "
            + "for i in 1 2 3 4; do taskset -c 0 timeout 12 sh -c \"while :; do :; done\" & done; wait; "
            + $"taskset -apc 0-$(($(nproc) - 1)) $P; {Complete}", Complete, silenceMax: TimeSpan.FromSeconds(4));
        (await run.RunAsync()).ShouldBe(RunOutcome.Completed());
        run.State.Notices.ShouldNotContain(notice => notice.Contains("is ended", StringComparison.Ordinal));
        run.Pod.Read("lives").Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_sidecar_that_never_stays_ends_the_run()
    {
        using var run = new ScriptedRun($"touch $POD/broken; kill -9 $(tail -n 1 $POD/lives); {Forever}", Forever);
        var outcome = await run.RunAsync();
        outcome.End.ShouldBe(RunEnd.Failed);
        outcome.Reason.ShouldContain("sidecar of pod scripted-both-0 ended (exit code 7)");
    }

    [Fact]
    public async Task A_run_in_which_nothing_moves_fails_naming_the_edge()
    {
        using var run = new ScriptedRun($"touch $POD/stalled; {Forever}", Forever, stallAfter: TimeSpan.FromSeconds(2));
        var outcome = await run.RunAsync();
        outcome.Reason.ShouldContain("nothing has moved for 2 s; edges that stand: source.video->sink.video (");
        outcome.Reason.ShouldEndWith("3/9 blocks in use); not completed: source-0, sink-0");
    }

    [Fact]
    public async Task An_interrupted_run_is_drained_before_it_ends()
    {
        using var run = new ScriptedRun(
            $"touch $POD/begun; until test -e $POD/drained; do sleep 0.1; done; {Complete}",
                $"until test -e $POD/drained; do sleep 0.1; done; {Complete}");
        var running = run.RunAsync();
        await Until(() => run.Pod.Has("begun"));
        run.Interrupt();
        (await running).ExitCode.ShouldBe(130);
        run.Pod.Has("source-0.completed").ShouldBeTrue();
        run.Pod.Has("sink-0.completed").ShouldBeTrue();
    }

    [Fact]
    public async Task A_media_operator_that_hears_no_signal_is_killed_in_the_end()
    {
        using var run = new ScriptedRun("trap '' TERM; while true; do sleep 0.1; done", "exit 9");
        (await run.RunAsync()).Reason.ShouldContain("sink-0 failed (exit code 9)");
    }

    [Fact]
    public async Task What_a_media_operator_leaves_behind_is_ended_with_the_run()
    {
        using var run = new ScriptedRun($"setsid sleep 1000 & {Complete}", Complete);
        (await run.RunAsync()).ShouldBe(RunOutcome.Completed());
        OrphanSweep.Find(Path.GetDirectoryName(run.PodPath)!).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_media_operator_whose_program_is_missing_is_named()
    {
        using var run = new ScriptedRun(Forever, $"exec /no/such/program");
        (await run.RunAsync()).Reason.ShouldStartWith("media operator sink-0 failed (exit code 127): ");
    }

    private static async Task Until(Func<bool> holds)
    {
        using var watchdog = new CancellationTokenSource(Hang.Bound);
        while (!holds())
            await Task.Delay(50, watchdog.Token);
    }
}
