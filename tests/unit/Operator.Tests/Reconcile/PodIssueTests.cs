using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class PodIssueTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ContainerTerminated Crash = new() { ExitCode = 3, Reason = "Error", Message = "no licence" };

    [Theory]
    [InlineData("loading\nthe licence has expired\n", "the licence has expired")]
    [InlineData("Unhandled exception. System.IO.IOException: no space left\n   at Disk.Write(Byte[] bytes)\n   at Program.Main()\n\n",
        "Unhandled exception. System.IO.IOException: no space left")]
    [InlineData("   at Program.Main()", "at Program.Main()")]
    public void A_container_that_keeps_ending_is_named_with_the_last_that_it_said_and_not_with_where_it_came_from(string log,
        string words) =>
        PodIssues.Of(Crashing(log), Now)
            .ShouldBe(new PodIssue(Reasons.ContainerFailing, $"pod p, container analyse: ended with code 3 (Error): {words}"));

    [Fact]
    public void Long_last_words_are_cut() => PodIssues.Of(Crashing(new string('x', 5000)), Now)!.Message.Length.ShouldBeLessThan(400);

    [Fact]
    public void From_one_crash_to_the_next_the_reason_stays_the_same_whatever_moment_is_looked_at()
    {
        ContainerState[] moments =
        [
            new() { Terminated = Crash }, new() { Waiting = new("CrashLoopBackOff", "back-off 10s") }, new()
            {
                Waiting = new("ContainerCreating"),
            },
            new() { Running = new() { StartedAt = Now } }, new() { Running = new() { StartedAt = Now.AddMinutes(-9) } },
        ];
        moments.Select(moment => PodIssues.Of(Moment(moment), Now)).Distinct()
            .ShouldBe([new PodIssue(Reasons.ContainerFailing, "pod p, container analyse: ended with code 3 (Error): no licence")]);
    }

    [Fact]
    public void A_container_that_has_recovered_is_no_trouble()
    {
        var running = new ContainerState { Running = new() { StartedAt = Now } };
        PodIssues.Of(Moment(running, isReady: true), Now).ShouldBeNull();
        PodIssues.Of(Moment(new() { Running = new() { StartedAt = Now.AddMinutes(-10) } }), Now)
            .ShouldBeNull("it is something else by now");
        PodIssues.Of(Moment(running, Crash with { ExitCode = 0 }), Now).ShouldBeNull("it had done its work");
    }

    private static Pod Moment(ContainerState state, ContainerTerminated? before = null, bool isReady = false) => new()
    {
        Metadata = new() { Name = "p" },
        Status = new()
        {
            Phase = "Running",
            Conditions = [new() { Type = "Ready", Status = isReady ? "True" : "False" }],
            ContainerStatuses = [new()
            {
                Name = "analyse",
                RestartCount = 2,
                State = state,
                LastState = new() { Terminated = before ?? Crash },
            }],
        },
    };

    private static Pod Crashing(string log) => new()
    {
        Metadata = new() { Name = "p" },
        Status = new()
        {
            Phase = "Running",
            ContainerStatuses = [new()
            {
                Name = "analyse",
                State = new() { Waiting = new("CrashLoopBackOff", "back-off") },
                LastState = new() { Terminated = new() { ExitCode = 3, Reason = "Error", Message = log } },
            }],
        },
    };
}
