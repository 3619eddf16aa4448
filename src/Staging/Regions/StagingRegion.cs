using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>The sidecar's side of a region: makes it, seals it once its producer has mapped it, hands it out.</summary>
/// <remarks>
/// Order: <see cref="Create"/> → the producer maps read-write (<see cref="MapForProducer"/>, here or in its own process) →
/// <see cref="Seal"/> → readers (<see cref="MapForReader"/>). Before the seal a reader could write; after it only the mapping that exists
/// can.
/// </remarks>
public sealed class StagingRegion : IDisposable
{
    /// <summary>What a region must have before a reader may have it.</summary>
    public const MemorySeals RequiredSeals = MemorySeals.Shrink | MemorySeals.Grow | MemorySeals.FutureWrite | MemorySeals.Seal;

    private StagingRegion(MemoryFile file, RegionId id, RegionLayout layout)
    {
        File = file;
        Id = id;
        Layout = layout;
    }

    /// <summary>Its descriptor is what goes to other processes.</summary>
    public MemoryFile File { get; }

    public RegionId Id { get; }

    public RegionLayout Layout { get; }

    /// <summary>Makes a region with every page in memory.</summary>
    /// <param name="name">Shown by the kernel beside the descriptor.</param>
    /// <param name="classes">Its blocks.</param>
    /// <param name="pageBytes">Of its memory: ordinary pages, or huge ones, which a machine has only where its administrator reserved
    /// them.</param>
    /// <exception cref="ArgumentException">The classes break a rule of <see cref="RegionLayout"/>.</exception>
    /// <exception cref="StagingException"><see cref="StagingError.OutOfMemory"/></exception>
    public static StagingRegion Create(string name, IReadOnlyList<BlockClass> classes, long pageBytes = MemoryFile.PageBytes)
    {
        var layout = RegionLayout.For(classes);
        MemoryFile? file = null;
        try
        {
            file = MemoryFile.Create(name, layout.LengthBytes, pageBytes);
            file.Preallocate();
            var id = RegionId.New();
            using var memory = MappedMemory.Map(file, MemoryAccess.ReadWrite, populate: false);
            RegionHeader.Write(memory.Span(0, RegionLayout.PageBytes), id, layout);
            return new StagingRegion(file, id, layout);
        }
        catch (NativeException failure)
        {
            file?.Dispose();
            throw new StagingException(StagingError.OutOfMemory,
                $"region '{name}' needs {Need(layout.LengthBytes, pageBytes)}: {failure.Message}", failure);
        }
    }

    /// <summary>The producer's mapping; only before <see cref="Seal"/>.</summary>
    /// <exception cref="StagingException"/>
    public MappedMemory MapForProducer() => RegionMemory.Map(File, MemoryAccess.ReadWrite);

    /// <summary>Ends all writing but the producer's, for ever, and proves it.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.NotSealed"/>, <see cref="StagingError.BadHeader"/></exception>
    public void Seal()
    {
        try
        {
            File.Seal(RequiredSeals);
        }
        catch (NativeException failure)
        {
            throw new StagingException(StagingError.NotSealed, $"region {Id}: {failure.Message}", failure);
        }
        VerifySealed();
    }

    /// <summary>Checks the seals by asking the kernel, and that the header is still the one that we wrote.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.NotSealed"/>, <see cref="StagingError.BadHeader"/></exception>
    public void VerifySealed()
    {
        RegionMemory.RequireSeals(File);
        using var memory = MappedMemory.Map(File, MemoryAccess.ReadOnly, populate: false);
        var header = RegionHeader.Read(memory);
        if (header.Id != Id || !header.Layout.Classes.SequenceEqual(Layout.Classes))
            throw new StagingException(StagingError.BadHeader, $"region {Id}: its producer changed the header before it was sealed");
    }

    /// <summary>A read-only mapping; only after <see cref="Seal"/>.</summary>
    /// <exception cref="StagingException"/>
    public MappedMemory MapForReader() => RegionMemory.MapForReader(File);

    public void Dispose() => File.Dispose();

    private static string Need(long lengthBytes, long pageBytes) => pageBytes == MemoryFile.PageBytes
        ? $"{lengthBytes} bytes"
        : $"{(lengthBytes + pageBytes - 1) / pageBytes} huge pages of {pageBytes >> 20} MiB that this machine does not have free (reserve more of them in /sys/kernel/mm/hugepages/hugepages-{pageBytes >> 10}kB/nr_hugepages, or do without)";
}
