using K8sMediaFlow.KubernetesRuntime.Client;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>A fence that a test closes, or that closes after so many questions.</summary>
internal sealed class Fence : IWriteFence, IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    public bool Closed { get; set; }
    public int OpenFor { get; init; } = int.MaxValue;
    public int Asked { get; private set; }
    public CancellationToken Lost => _lost.Token;

    public void Close() => _lost.Cancel();

    public void Dispose() => _lost.Dispose();

    public void Demand()
    {
        if (Closed || Asked++ >= OpenFor)
            throw new WriteRefusedException("closed");
    }
}
