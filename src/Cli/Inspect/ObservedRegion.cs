using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>A region of a running pod, mapped read-only.</summary>
/// <param name="Number">The sidecar's number for it on this connection.</param>
/// <param name="Owner">Media operator and replica, or link.</param>
internal sealed record ObservedRegion(uint Number, string Owner, RegionReader Reader) : IDisposable
{
    public void Dispose() => Reader.Memory.Dispose();

    /// <summary>One character per block of a class: # taken, . free.</summary>
    public string Bitmap(RegionClass blocks)
        => string.Create((int)blocks.BlockCount, (Reader, blocks.FirstBlock), static (text, of) =>
        {
            for (var index = 0; index < text.Length; index++)
                text[index] = of.Reader.StateOf(of.FirstBlock + (uint)index).IsTaken ? '#' : '.';
        });

    /// <exception cref="Staging.StagingException">The memory is no region.</exception>
    public static ObservedRegion Map(uint number, string owner, MemoryFile file)
    {
        // Not populated: of a large region only the header and single blocks are looked at.
        var memory = MappedMemory.Map(file, MemoryAccess.ReadOnly, populate: false);
        try
        {
            return new ObservedRegion(number, owner, new RegionReader(memory));
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }
}
