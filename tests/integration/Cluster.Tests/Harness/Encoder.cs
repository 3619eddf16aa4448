using System.Diagnostics;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// An encoder in the field: on the first node's network it calls the Service of a sample, and calls again whenever it is hung up on.
/// </summary>
internal sealed class Encoder : IDisposable
{
    /// <summary>By sample: where to, of the Service's address, and what it is to be besides a picture.</summary>
    public static IReadOnlyDictionary<string, string> Targets { get; } = new Dictionary<string, string>
    {
        ["ingest-srt"] = "-an -f mpegts srt://ADDRESS:9000?mode=caller",
        ["ingest-rtmp"] = "-c:a aac -ac 2 -f flv rtmp://ADDRESS:1935/live/match",
    };

    private const string Picture =
        "-hide_banner -loglevel error -re -f lavfi -i testsrc=size=1280x720:rate=30 -f lavfi -i sine=sample_rate=48000 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -tune zerolatency -g 30";

    private readonly Process _process;
    private readonly string _log;

    public Encoder(TwoNodes cluster, string sample, string address)
    {
        _log = Path.Combine(cluster.Cluster.Folder, $"encoder-{sample}.log");
        var node = File.ReadLines(Path.Combine(cluster.Cluster.Folder, "networks"))
            .First(network => network.EndsWith("-node1", StringComparison.Ordinal));
        var call = $"ip netns exec {node} ffmpeg {Picture} '{Targets[sample].Replace("ADDRESS", address, StringComparison.Ordinal).Replace(" ", "' '", StringComparison.Ordinal)}'";
        _process = Process.Start(new ProcessStartInfo("bash",
            ["-c", $"exec >'{_log}' 2>&1 </dev/null; while :; do {call}; sleep 0.5; done"]))!;
    }

    /// <summary>What it has had to say.</summary>
    public string Words => File.Exists(_log) ? File.ReadAllText(_log) : "";

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(Hang.Bound);
        _process.Dispose();
    }
}
