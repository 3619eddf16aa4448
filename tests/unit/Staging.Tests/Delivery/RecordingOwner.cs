using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>Keeps what it is told, in order.</summary>
internal sealed class RecordingOwner : IFrameOwner
{
    public readonly List<int> Returned = [];
    public readonly List<int> Done = [];

    /// <summary>So that recording allocates nothing.</summary>
    public void EnsureCapacity(int frames)
    {
        Returned.EnsureCapacity(frames);
        Done.EnsureCapacity(frames);
    }

    void IFrameOwner.Returned(int tag) => Returned.Add(tag);

    void IFrameOwner.Done(int tag) => Done.Add(tag);
}
