using K8sMediaFlow.Operator.Status;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>Our two ends: 0 on the first device and processor, 1 on the second.</summary>
internal sealed class RdmaOurs : IDisposable
{
    private const string GrantsFolder = "/dev/shm";

    private readonly RdmaChild[] _ends = [Start(0), Start(1)];

    public RdmaOurs()
    {
        foreach (var end in _ends)
            end.Hear();
    }

    /// <summary>Frames from the first end to the second; both ends' results, the writer's first.</summary>
    public (RdmaResult Sent, RdmaResult Received) Stream(string polling, int messageBytes, int writes, int warmup, int frames)
    {
        Join(from: 0, to: 1, polling, messageBytes, writes);
        Both($"send {warmup}", $"receive {warmup}");
        var results = Both($"send {frames}", $"receive {frames}");
        Close();
        return results;
    }

    /// <summary>A frame there and a frame back, over a connection each.</summary>
    public (RdmaResult Lead, RdmaResult Answer) Play(string polling, int messageBytes, int warmup, int rounds)
    {
        Join(from: 0, to: 1, polling, messageBytes, RdmaArea.Blocks);
        Join(from: 1, to: 0, polling, messageBytes, RdmaArea.Blocks);
        Both($"lead {warmup}", $"answer {warmup}");
        var results = Both($"lead {rounds}", $"answer {rounds}");
        Close();
        return results;
    }

    public void Dispose()
    {
        foreach (var end in _ends)
            end.Dispose();
    }

    private (RdmaResult First, RdmaResult Second) Both(string first, string second)
    {
        _ends[1].Tell(second);
        _ends[0].Tell(first);
        return (RdmaResult.Parse(_ends[0].Hear()), RdmaResult.Parse(_ends[1].Hear()));
    }

    private void Join(int from, int to, string polling, int messageBytes, int writes)
    {
        var grants = Path.Combine(GrantsFolder, $"bench-grants-{from}");
        var proposal = _ends[from].Ask($"propose {polling} {writes} {messageBytes} {grants}");
        var offer = _ends[to].Ask($"open {polling} {messageBytes} {grants} {proposal}");
        _ends[from].Ask($"connect {offer}");
        _ends[to].Ask("accept");
    }

    private void Close()
    {
        foreach (var end in _ends)
            end.Ask("close");
    }

    private static RdmaChild Start(int end) =>
        new(end, Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "K8sMediaFlow.Bench.dll"), "rdma-end", $"rxe{end}");
}
