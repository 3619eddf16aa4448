using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.Bridging;

/// <summary>Each wait for a program tells one that gets no processor from one that does nothing.</summary>
public sealed class StarvedProgramTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    // It asks for a processor that four others use fully and gets some milliseconds of it in seconds, and has an answer when they are gone.
    private const string Count = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo yes";

    private const string Starved = "exec taskset -c 0 chrt --idle 0 sh -c '" + Count + "'";

    // A script that waits for its command, which gets none.
    private const string StarvedCommand = "taskset -c 0 chrt --idle 0 sh -c '" + Count + "' & wait";

    private const string Others = "for i in 1 2 3 4; do taskset -c 0 timeout 7 sh -c 'while :; do :; done' & done; wait";

    private const string Silent = "sleep 600";

    public static TheoryData<string> Waits => [.. _waits.Keys];

    private static readonly Dictionary<string, Action<PipedProcess>> _waits = new()
    {
        ["its end"] = process => process.WaitForSuccess(_patience),
        ["its answer"] = AwaitAnswer,
        ["the frame that it holds"] = AwaitFrame,
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public void One_that_gets_no_processor_is_waited_for(string wait) => AwaitStarved(Starved, wait);

    [Theory]
    [MemberData(nameof(Waits))]
    public void One_whose_command_gets_no_processor_is_waited_for(string wait) => AwaitStarved(StarvedCommand, wait);

    [Theory]
    [MemberData(nameof(Waits))]
    public void One_that_does_nothing_is_not(string wait)
    {
        using var process = PipedProcess.Start("sh", ["-c", Silent], new([], [1]));
        Should.Throw<Exception>(() => _waits[wait](process)).ShouldSatisfyAllConditions(
            failure => (failure is MediaException or OperationCanceledException).ShouldBeTrue(failure.ToString()));
    }

    private static void AwaitStarved(string script, string wait)
    {
        using var others = PipedProcess.Start("sh", ["-c", Others], new([], [1]));
        using var process = PipedProcess.Start("sh", ["-c", script], new([], [1]));
        _waits[wait](process);
    }

    private static void AwaitAnswer(PipedProcess process)
    {
        using var deadline = new ProgramDeadline(process, _patience, CancellationToken.None);
        FramePipe.Read(process.End(1), new byte[4], deadline.Token).ShouldBe(4);
    }

    private static void AwaitFrame(PipedProcess process)
    {
        using var held = new HeldFrames();
        held.Add(new HeldFrame(default));
        var watch = new StallWatch("program", held, _patience);
        watch.BeginWaiting();
        var watching = Task.Run(() => watch.Run(process.NewPatience(), CancellationToken.None));
        var answer = Task.Run(() => FramePipe.Read(process.End(1), new byte[4], CancellationToken.None));
        Task.WaitAny([watching, answer], Hang.Bound).ShouldBeGreaterThanOrEqualTo(0, "neither an answer nor a complaint");
        watch.End();
        process.Kill();
        watching.GetAwaiter().GetResult();
    }
}
