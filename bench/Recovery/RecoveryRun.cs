using System.Diagnostics;
using System.Globalization;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.EndToEnd.Tests;

namespace K8sMediaFlow.Bench.Recovery;

/// <summary>One recovery.</summary>
/// <param name="FromLifeSeconds">
/// From the start of the last new process, or from the fault of a link, to the first frame that was sent after the fault.
/// </param>
/// <param name="FromFaultSeconds">From the fault on: with the pause before a process is started again.</param>
internal readonly record struct RecoverySample(double FromLifeSeconds, double FromFaultSeconds);

/// <summary>A source at 1080p30, a media operator that passes frames on, and a sink that checks them: three pods over TCP.</summary>
internal static class RecoveryRun
{
    public const string Middle = "recovery-analyse-0";

    /// <summary>A sidecar that dies for the sixth time in a row is given up, rightly.</summary>
    public const int Faults = 4;

    private const int Frames = 750, FramesBetween = 60;
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2), Patience = TimeSpan.FromMinutes(1);

    /// <summary>Strikes several times, and says what became of all frames.</summary>
    public static (IReadOnlyList<RecoverySample> Samples, FrameAccount Account, int Torn) Of(Fault fault)
    {
        using var run = new LocalRun();
        run.Start(RecordedChain.Document("recovery", Frames, 1920, 1080, 30), "--stall-seconds", "60");
        using var sent = new PassedFrames(run.Folder, "sent");
        using var seen = new PassedFrames(run.Folder, "seen");
        var samples = new List<RecoverySample>();
        for (var number = 0; number < Faults; number++)
        {
            seen.AwaitFrame(sent.Highest() + FramesBetween);
            samples.Add(Recover(run, fault, sent, seen));
        }
        var code = run.AwaitExit();
        var account = FrameAccount.Of(run.Folder, "sent", "seen");
        if (code != 0 || account.Sent != Frames)
            throw new InvalidOperationException($"the run ended with {code}, {account}:\n{run.Log}");
        return (samples, account, Counts.OfSink(run).Torn);
    }

    private static RecoverySample Recover(LocalRun run, Fault fault, PassedFrames sent, PassedFrames seen)
    {
        var victims = fault.Strike(run);
        var (struck, next) = (Stopwatch.GetTimestamp(), sent.Highest() + 1);
        var born = victims.Count == 0 ? 0 : AwaitNewLife(run, fault, victims);
        var recovered = seen.AwaitFrame(next);
        var fromFault = Stopwatch.GetElapsedTime(struck, recovered).TotalSeconds;
        // The kernel counts from the machine's start, as this clock does.
        var fromLife = victims.Count == 0 ? fromFault : (recovered / (double)Stopwatch.Frequency) - born;
        return new(Math.Max(0, fromLife), fromFault);
    }

    /// <summary>When the last of the new processes was started, in seconds of the kernel's clock.</summary>
    private static double AwaitNewLife(LocalRun run, Fault fault, IReadOnlyList<int> victims)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; Thread.Sleep(Look))
            if (LivesOf(run, fault) is var lives && lives.Count == victims.Count && !lives.Intersect(victims).Any())
                return lives.Max(BornAt);
        throw new TimeoutException($"no new life of {fault.Name} within {Patience}");
    }

    private static List<int> LivesOf(LocalRun run, Fault fault)
    {
        try
        {
            return [.. fault.Victims(run)];
        }
        catch (InvalidOperationException)
        {
            // There is no such sidecar at the moment.
            return [];
        }
    }

    private static double BornAt(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return double.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture) / TicksPerSecond;
    }
}
