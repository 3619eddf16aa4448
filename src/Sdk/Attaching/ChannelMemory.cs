using K8sMediaFlow.Native;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>What is mapped for one channel: its rings, its peer's doorbell, and the peer's eventfd where that is the sidecar.</summary>
internal sealed class ChannelMemory(MappedMemory rings, MappedMemory doorbell, EventDescriptor? signal) : IDisposable
{
    public void Dispose()
    {
        rings.Dispose();
        doorbell.Dispose();
        signal?.Dispose();
    }
}
