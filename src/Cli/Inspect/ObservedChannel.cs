using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>A channel of a running pod, mapped read-only, with the regions that its descriptors name.</summary>
/// <param name="IntoLink">Its consumer is the sidecar, which sends the frames to another pod.</param>
internal sealed record ObservedChannel(
    ulong Id, string Edge, string Producer, string Consumer, bool IntoLink, ChannelObserver Observer, MappedMemory Memory) : IDisposable
{
    public RegionTable Regions { get; } = new();

    public void Dispose() => Memory.Dispose();

    /// <exception cref="Staging.StagingException">The memory is no channel.</exception>
    public static ObservedChannel Map(ulong id, string edge, string producer, string consumer, bool intoLink, MemoryFile file)
    {
        var memory = MappedMemory.Map(file, MemoryAccess.ReadOnly, populate: false);
        try
        {
            return new ObservedChannel(id, edge, producer, consumer, intoLink, new ChannelObserver(memory), memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }
}
