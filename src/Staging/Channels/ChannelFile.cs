using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>The sidecar's side of a channel: makes its memory, sealed against resizing before anyone gets it.</summary>
public sealed class ChannelFile : IDisposable
{
    public const MemorySeals RequiredSeals = MemorySeals.Shrink | MemorySeals.Grow | MemorySeals.Seal;

    private ChannelFile(MemoryFile file, ChannelHeader header)
    {
        File = file;
        Header = header;
    }

    /// <summary>Its descriptor is what goes to both ends.</summary>
    public MemoryFile File { get; }

    public ChannelHeader Header { get; }

    /// <param name="id">Names the channel in messages.</param>
    /// <param name="capacity">A power of two: frames that may be in the channel and not done.</param>
    /// <param name="canTakeBack">The producer may take back what the consumer has not taken.</param>
    /// <exception cref="StagingException"><see cref="StagingError.OutOfMemory"/></exception>
    public static ChannelFile Create(ulong id, int capacity, bool canTakeBack = false)
    {
        var header = new ChannelHeader(id, new ChannelLayout(capacity), canTakeBack);
        MemoryFile? file = null;
        try
        {
            file = MemoryFile.Create($"kmf-channel-{id}", header.Layout.LengthBytes);
            file.Preallocate();
            using (var memory = MappedMemory.Map(file, MemoryAccess.ReadWrite, populate: false))
                header.Write(memory.Span(0, ChannelHeader.SizeBytes));
            file.Seal(RequiredSeals);
            return new ChannelFile(file, header);
        }
        catch (NativeException failure)
        {
            file?.Dispose();
            throw new StagingException(StagingError.OutOfMemory, $"channel {id} needs {header.Layout.LengthBytes} bytes: {failure.Message}",
                failure);
        }
    }

    /// <summary>Maps a channel that came by descriptor, for one of its two ends.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.NotSealed"/>: its memory could be cut off under us.</exception>
    public static MappedMemory Map(MemoryFile file) => Map(file, MemoryAccess.ReadWrite);

    /// <summary>Maps a channel for an observer.</summary>
    /// <exception cref="StagingException"/>
    public static MappedMemory MapForObserver(MemoryFile file) => Map(file, MemoryAccess.ReadOnly);

    public void Dispose() => File.Dispose();

    private static MappedMemory Map(MemoryFile file, MemoryAccess access)
    {
        try
        {
            var missing = RequiredSeals & ~file.Seals;
            return missing == MemorySeals.None ? MappedMemory.Map(file, access)
                : throw new StagingException(StagingError.NotSealed, $"the channel's memory lacks the seals {missing}");
        }
        catch (NativeException failure)
        {
            throw new StagingException(StagingError.OutOfMemory, $"a channel cannot be mapped: {failure.Message}", failure);
        }
    }
}
