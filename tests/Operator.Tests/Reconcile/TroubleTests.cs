using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class TroubleTests
{
    [Theory]
    [InlineData("loading\nthe licence has expired\n", "the licence has expired")]
    [InlineData("Unhandled exception. System.IO.IOException: no space left\n   at Disk.Write(Byte[] bytes)\n   at Program.Main()\n\n", "Unhandled exception. System.IO.IOException: no space left")]
    [InlineData("   at Program.Main()", "at Program.Main()")]
    public void A_container_that_keeps_ending_is_named_with_the_last_that_it_said_and_not_with_where_it_came_from(string log, string words) =>
        Troubles.Of(Crashing(log)).ShouldBe(new Trouble(Reasons.ContainerFailing, $"pod p, container analyse: ended with code 3 (Error): {words}"));

    [Fact]
    public void Long_last_words_are_cut() => Troubles.Of(Crashing(new string('x', 5000)))!.Message.Length.ShouldBeLessThan(400);

    private static Pod Crashing(string log) => new()
    {
        Metadata = new() { Name = "p" },
        Status = new()
        {
            Phase = "Running",
            ContainerStatuses = [new() { Name = "analyse", State = new() { Waiting = new("CrashLoopBackOff", "back-off") }, LastState = new() { Terminated = new() { ExitCode = 3, Reason = "Error", Message = log } } }],
        },
    };
}
