using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>
/// The measuring itself, inside of the guest: pairs of ours and theirs, who goes first alternating, so that a machine that warms up or
/// slows down favours neither. Prints the report as one line.
/// </summary>
internal sealed class RdmaRun(RdmaOurs ours, RdmaPeers peers)
{
    /// <summary>Of ours and of perftest alike; more are no faster here.</summary>
    public const int Writes = 4;

    /// <summary>The smallest frame that carries something: header and one line of payload.</summary>
    public const int SmallBytes = 320;

    /// <summary>Of ours and theirs within a pair, so that both see the same of what the machine does.</summary>
    private const int StreamTurns = 3;

    private const int Rounds = 1200, RoundsWarmup = 200;

    // Of the larger frames, and about as long in time.
    private const int FrameRoundsBytes = 200 * 65_536, FrameRoundsWarmup = 8;

    private readonly RdmaReport _report = new();
    private readonly Dictionary<string, double> _startCpuNs = [];

    public static int Run(string bare, string pairs)
    {
        using var ours = new RdmaOurs();
        var run = new RdmaRun(ours, new RdmaPeers(bare));
        run.WarmUp();
        for (var pair = 0; pair < int.Parse(pairs, CultureInfo.InvariantCulture); pair++)
            run.MeasurePair(oursFirst: pair % 2 == 1);
        Console.WriteLine(RdmaReport.Mark + JsonSerializer.Serialize(run._report.Make()));
        return 0;
    }

    private void WarmUp()
    {
        foreach (var mode in RdmaReport.Modes)
            ours.Play(mode, SmallBytes, warmup: RoundsWarmup, rounds: RoundsWarmup);
        foreach (var mode in RdmaReport.StreamModes)
            ours.Stream(mode, RdmaReport.Sizes[0].Bytes, Writes, warmup: 4 * Writes, RdmaReport.Sizes[0].Frames);
        foreach (var (name, bytes, _) in RdmaReport.Sizes)
            _startCpuNs[name] = RdmaPeers.StartCpuNs(bytes, Writes);
    }

    private void MeasurePair(bool oursFirst)
    {
        var startedTicks = Stopwatch.GetTimestamp();
        foreach (var size in RdmaReport.Sizes)
            _report.Streams[size.Name].Add(RdmaStreams.Of([.. Enumerable.Range(0, StreamTurns)
                .Select(turn => Stream(size, oursFirst ^ turn % 2 == 1))]));
        foreach (var mode in RdmaReport.Modes)
            _report.Plays[mode].Add(Play(mode, SmallBytes, RoundsWarmup, Rounds, oursFirst));
        foreach (var size in RdmaReport.Sizes)
            _report.FramePlays[size.Name].Add(Play("busy", size.Bytes, FrameRoundsWarmup,
                Math.Max(FrameRoundsWarmup, FrameRoundsBytes / size.Bytes), oursFirst));
        _report.WriteLatencies.Add(RdmaPeers.LatencyNs("ib_write_lat", SmallBytes, Rounds));
        _report.SendLatencies.Add(RdmaPeers.LatencyNs("ib_send_lat", SmallBytes, Rounds));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"pair in {Stopwatch.GetElapsedTime(startedTicks).TotalSeconds:F1} s: {_report.LastPair()}"));
    }

    private RdmaStreams Stream((string Name, int Bytes, int Frames) size, bool oursFirst)
    {
        var (own, (rate, cpuNs)) = InTurn(
            oursFirst,
            () => RdmaReport.StreamModes.Select(mode => ours.Stream(mode, size.Bytes, Writes, warmup: 4 * Writes, size.Frames)).ToArray(),
            () => RdmaPeers.WriteBandwidth(size.Bytes, Writes, size.Frames));
        return new RdmaStreams(
            [.. own.Select(one => (double)size.Bytes * size.Frames / one.Sent.TotalNs * 1e3)],
            [.. own.Select(one => (one.Sent.CpuNs + one.Received.CpuNs) / size.Frames)],
            own.Max(one => (one.Sent.AllocatedBytes + one.Received.AllocatedBytes) / size.Frames),
            rate,
            Math.Max(0, cpuNs - _startCpuNs[size.Name]) / size.Frames);
    }

    private RdmaPlays Play(string mode, int messageBytes, int warmup, int rounds, bool oursFirst)
    {
        var (own, their) = InTurn(oursFirst, () => ours.Play(mode, messageBytes, warmup, rounds),
            () => peers.Play(mode, messageBytes, warmup, rounds));
        // A round is a frame there and a frame back.
        return new RdmaPlays(
            own.Lead.MedianNs / 2,
            (own.Lead.CpuNs + own.Answer.CpuNs) / (2 * rounds),
            their.Lead.MedianNs / 2,
            (their.Lead.CpuNs + their.Answer.CpuNs) / (2 * rounds));
    }

    private static (TOurs Ours, TTheirs Theirs) InTurn<TOurs, TTheirs>(bool oursFirst, Func<TOurs> ours, Func<TTheirs> theirs)
    {
        if (oursFirst)
            return (ours(), theirs());
        var second = theirs();
        return (ours(), second);
    }
}
