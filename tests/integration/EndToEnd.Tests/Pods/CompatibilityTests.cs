using System.Diagnostics;
using System.Text.RegularExpressions;
using K8sMediaFlow.Control;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;
using Xunit.Abstractions;

namespace K8sMediaFlow.EndToEnd.Tests.Pods;

/// <summary>
/// Programs of the previous release beside ours: served with every frame, or refused in words that name both versions. Nothing may stand
/// still without a word.
/// </summary>
[Trait("Category", "Slow")]
public sealed partial class CompatibilityTests(ITestOutputHelper output)
{
    private const int Frames = 200;

    /// <summary>Which of them are of the previous release: sidecar and media operator of the source's pod, then of the sink's.</summary>
    [NeedsTheory("previous release")]
    [InlineData("new old / new old")]
    [InlineData("old new / old new")]
    [InlineData("old old / new new")]
    [InlineData("new new / old old")]
    public async Task Pods_of_two_releases_pass_every_frame_or_name_both_versions(string releases)
    {
        var bins = releases.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(one => one != "/")
            .Select(one => one == "old" ? PreviousRelease.Bin : Programs.Bin).ToArray();
        using var line = new PodLine(Execution.Batch) { Options = { ["exitWhenFinished"] = true } };
        List<PodProcess> processes = [line.StartSidecar(PodLine.Source, bins[0]), line.StartSidecar(PodLine.Sink, bins[2])];
        try
        {
            await line.PushAsync();
        }
        catch (ControlException refused)
        {
            NamesTwoVersions(refused.Message).ShouldBeTrue(refused.Message);
            return;
        }
        processes.Add(line.StartOperatorOf(bins[1], PodLine.Source, "--frames", $"{Frames}"));
        processes.Add(line.StartOperatorOf(bins[3], PodLine.Sink, "--verify", "--count-file", line.CountFile));
        if (await IsRefusedAsync(() => processes.All(process => process.HasExited),
            () => [.. processes.SelectMany(process => process.Lines)]))
            return;
        foreach (var process in processes)
            process.AwaitExit().ShouldBe(0, string.Join('\n', process.Lines));
        var counts = Counts.OfPort(line.CountFile, "video");
        (counts.Frames, counts.Faults).ShouldBe((Frames, 0));
    }

    [Theory]
    [InlineData("attaching failed: VersionMismatch: the sidecar speaks protocol 2, not 1 to 1", true)]
    [InlineData("link lost: protocols 1 to 1, this end speaks 2", true)]
    [InlineData("sidecar line-sink-0 speaks control versions 1..1, here is 2", true)]
    [InlineData("sidecar line-sink-0 speaks control versions 3..3, here are 1..2", true)]
    [InlineData("the sidecar speaks protocol 1, not 1 to 1", false)]
    [InlineData("k8smediaflow-sidecar version 0.1.0 on 127.0.0.1:7400, process 1234", false)]
    [InlineData("the peer closed the connection after 3 of 200 frames", false)]
    public void A_refusal_is_known_by_the_two_versions_that_it_names(string line, bool names) => NamesTwoVersions(line).ShouldBe(names);

    /// <summary>Who draws the plan and speaks the control protocol is of the one release, what it starts of the other.</summary>
    [NeedsTheory("previous release")]
    [InlineData("old")]
    [InlineData("new")]
    public async Task A_run_with_programs_of_another_release_is_served_or_names_both_versions(string cli)
    {
        var (own, others) = cli == "old" ? (PreviousRelease.Bin, Programs.Bin) : (Programs.Bin, PreviousRelease.Bin);
        using var run = new LocalRun
        {
            CliProgram = Path.Combine(own, "k8smediaflow"),
            Environment = new Dictionary<string, string>
            {
                ["K8SMEDIAFLOW_SIDECAR"] = Path.Combine(others, "k8smediaflow-sidecar"),
                ["K8SMEDIAFLOW_MEDIA_OPERATOR"] = Path.Combine(others, "media-operator"),
            },
        };
        run.Start(Documents.GenerateToSink("Batch", Frames, samePod: false));
        if (await IsRefusedAsync(() => run.HasExited, () => run.Log.Split('\n')))
            return;
        run.AwaitExit().ShouldBe(0, run.Log);
        Counts.OfPort(run.Media("count.json"), "video").Frames.ShouldBe(Frames);
    }

    // False: they have ended without a refusal.
    private async Task<bool> IsRefusedAsync(Func<bool> haveEnded, Func<IReadOnlyList<string>> lines)
    {
        for (var limit = Stopwatch.StartNew(); limit.Elapsed < Hang.Bound; await Task.Delay(50))
        {
            var ended = haveEnded();
            if (lines().FirstOrDefault(NamesTwoVersions) is { } refusal)
            {
                output.WriteLine($"refused: {refusal}");
                return true;
            }
            if (ended)
                return false;
        }
        throw new TimeoutException("neither all frames nor a refusal that names both versions:\n" + string.Join('\n', lines()));
    }

    // "speaks protocol 2, not 1 to 1", "protocols 1 to 1, this end speaks 2", "control versions 1..1, here is 2".
    private static bool NamesTwoVersions(string line) => Versions().IsMatch(line)
        && Numbers().Matches(Versions().Match(line).Value).Select(number => number.Value).Distinct().Count() > 1;

    [GeneratedRegex(@"(protocol|version)s?\b.*", RegexOptions.IgnoreCase)]
    private static partial Regex Versions();

    [GeneratedRegex(@"(?<![\w.])\d{1,2}(?!\w|\.\w)")]
    private static partial Regex Numbers();
}
