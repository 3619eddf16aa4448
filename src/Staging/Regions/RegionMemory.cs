using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>Maps a region that came by descriptor.</summary>
public static class RegionMemory
{
    /// <summary>
    /// For the producer whose region it is, before it is sealed. Every page has its memory; page tables are filled behind the caller.
    /// </summary>
    /// <exception cref="StagingException"/>
    public static MappedMemory MapForProducer(MemoryFile file) => Map(file, MemoryAccess.ReadWrite);

    /// <summary>For everybody else. Without the seals its memory could be cut off under the reader, so they are asked for first.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.NotSealed"/></exception>
    public static MappedMemory MapForReader(MemoryFile file)
    {
        RequireSeals(file);
        return Map(file, MemoryAccess.ReadOnly);
    }

    internal static void RequireSeals(MemoryFile file)
    {
        var missing = StagingRegion.RequiredSeals & ~file.Seals;
        if (missing != MemorySeals.None)
            throw new StagingException(StagingError.NotSealed, $"the region's memory lacks the seals {missing}");
    }

    internal static MappedMemory Map(MemoryFile file, MemoryAccess access)
    {
        try
        {
            return MappedMemory.MapAndPopulateBehind(file, access);
        }
        catch (NativeException failure)
        {
            throw new StagingException(StagingError.OutOfMemory, $"a region cannot be mapped: {failure.Message}", failure);
        }
    }
}
