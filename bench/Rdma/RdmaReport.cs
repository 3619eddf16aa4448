namespace K8sMediaFlow.Bench.Rdma;

/// <summary>One size in one pair: ours in each polling mode, and ib_write_bw, which polls all the time.</summary>
internal sealed record RdmaStreams(double[] Rates, double[] CpuNs, double AllocatedBytes, double PeerRate, double PeerCpuNs)
{
    /// <summary>Of several turns, all of the same length: rates as of one long one.</summary>
    public static RdmaStreams Of(RdmaStreams[] turns) => new(
        [.. RdmaReport.StreamModes.Select((_, mode) => turns.Length / turns.Sum(turn => 1 / turn.Rates[mode]))],
        [.. RdmaReport.StreamModes.Select((_, mode) => turns.Average(turn => turn.CpuNs[mode]))],
        turns.Max(turn => turn.AllocatedBytes),
        turns.Length / turns.Sum(turn => 1 / turn.PeerRate),
        turns.Average(turn => turn.PeerCpuNs));
}

/// <summary>One polling mode in one pair, per frame one way: ours and the bare program.</summary>
internal sealed record RdmaPlays(double Ns, double CpuNs, double PeerNs, double PeerCpuNs);

/// <summary>What all pairs came to. Ratios are made within a pair.</summary>
internal sealed class RdmaReport
{
    public const string Mark = "@report ";

    /// <summary>As <see cref="Fabric.CompletionPolling"/> has them, and the bare program.</summary>
    public static readonly string[] Modes = ["busy", "event", "hybrid"];

    /// <summary>Hybrid is what we do by default; busy what perftest's writing end does.</summary>
    public static readonly string[] StreamModes = ["hybrid", "busy"];

    // Whole messages, header and payload: a frame that fills a block of 64 KiB; a 640x360 and a 1920x1080 picture in 4:2:0.
    public static readonly (string Name, int Bytes, int Frames)[] Sizes = [("64KiB", 65_536, 800), ("360p", 345_856, 160),
        ("1080p", 3_110_656, 20)];

    public Dictionary<string, List<RdmaStreams>> Streams { get; } = Sizes.ToDictionary(size => size.Name, _ => new List<RdmaStreams>());

    public Dictionary<string, List<RdmaPlays>> Plays { get; } = Modes.ToDictionary(mode => mode, _ => new List<RdmaPlays>());

    /// <summary>Busy, of whole pictures.</summary>
    public Dictionary<string, List<RdmaPlays>> FramePlays { get; } = Sizes.ToDictionary(size => size.Name, _ => new List<RdmaPlays>());

    public List<double> WriteLatencies { get; } = [];

    public List<double> SendLatencies { get; } = [];

    public string LastPair()
    {
        var streams = Sizes.Select(size =>
            FormattableString.Invariant(
                $"{size.Name} {string.Join('/', Streams[size.Name][^1].Rates.Select(rate => $"{rate:F0}"))} of {Streams[size.Name][^1].PeerRate:F0} MB/s"));
        var plays = Modes.Select(mode => FormattableString.Invariant($"{mode} {Plays[mode][^1].Ns:F0} of {Plays[mode][^1].PeerNs:F0} ns"));
        var frames = Sizes.Select(size =>
            FormattableString.Invariant(
                $"{size.Name} {FramePlays[size.Name][^1].Ns / 1e3:F0} of {FramePlays[size.Name][^1].PeerNs / 1e3:F0} us"));
        return string.Join(", ", streams.Concat(plays).Concat(frames));
    }

    public SortedDictionary<string, object?> Make() => new(StringComparer.Ordinal)
    {
        ["write_bw_ratio"] = BySize(one => one.Rates[0] / one.PeerRate),
        ["write_bw_ratio_busy"] = BySize(one => one.Rates[1] / one.PeerRate),
        ["write_mb_per_s"] = BySize(one => one.Rates[0]),
        ["write_mb_per_s_busy"] = BySize(one => one.Rates[1]),
        ["ib_write_bw_mb_per_s"] = BySize(one => one.PeerRate),
        ["cpu_ns_per_frame"] = BySize(one => one.CpuNs[0]),
        ["cpu_ns_per_frame_busy"] = BySize(one => one.CpuNs[1]),
        ["ib_write_bw_cpu_ns_per_frame"] = BySize(one => one.PeerCpuNs),
        ["allocated_bytes_per_frame"] = Streams.Values.SelectMany(pairs => pairs).Max(one => one.AllocatedBytes),
        ["latency_ratio"] = Sizes.ToDictionary(size => size.Name, size => Of(FramePlays[size.Name], one => one.Ns / one.PeerNs)),
        ["latency_ratio_smallest"] = Of(Plays["busy"], one => one.Ns / one.PeerNs),
        ["latency_ns"] = Sizes.ToDictionary(size => size.Name, size => Of(FramePlays[size.Name], one => one.Ns)),
        ["polling_modes"] = Modes.ToDictionary(mode => mode, mode => OfMode(Plays[mode])),
        ["ib_write_lat_ns"] = Of(WriteLatencies, one => one),
        ["ib_send_lat_ns"] = Of(SendLatencies, one => one),
        ["message_bytes"] = Sizes.ToDictionary(size => size.Name, size => size.Bytes),
        ["smallest_message_bytes"] = RdmaRun.SmallBytes,
        ["writes_in_flight"] = RdmaRun.Writes,
        ["blocks"] = RdmaArea.Blocks,
        ["path_mtu_bytes"] = RdmaPeers.PathMtuBytes,
        ["pairs"] = WriteLatencies.Count,
    };

    private Dictionary<string, Figure> BySize(Func<RdmaStreams, double> figure) =>
        Sizes.ToDictionary(size => size.Name, size => Of(Streams[size.Name], figure));

    private static Dictionary<string, Figure> OfMode(List<RdmaPlays> pairs) => new()
    {
        ["latency_ns"] = Of(pairs, one => one.Ns),
        ["bare_latency_ns"] = Of(pairs, one => one.PeerNs),
        ["latency_ratio"] = Of(pairs, one => one.Ns / one.PeerNs),
        ["cpu_ns_per_frame"] = Of(pairs, one => one.CpuNs),
        ["bare_cpu_ns_per_frame"] = Of(pairs, one => one.PeerCpuNs),
    };

    private static Figure Of<T>(List<T> pairs, Func<T, double> figure)
    {
        var values = pairs.Select(figure).ToArray();
        return new Figure(Math.Round(Statistics.Median(values), 3), Statistics.Spread(values),
            [Math.Round(values.Min(), 3), Math.Round(values.Max(), 3)]);
    }

    /// <summary>Median, middle half, and the two ends.</summary>
    private sealed record Figure(double Median, double[] Spread, double[] Range);
}
