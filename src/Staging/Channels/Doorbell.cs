using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>
/// One page per waiter (docs/reference/wire-formats.md section 3): made by the sidecar, its descriptor goes to the waiter and to all who
/// may ring.
/// </summary>
public static class Doorbell
{
    public const int LengthBytes = 4096;

    internal const int SequenceOffset = 0;
    internal const int MarkOffset = 64;

    /// <summary>
    /// The longest sleep. A ringer killed between taking the mark and waking loses one wake-up; it costs this much, not for ever.
    /// </summary>
    internal static readonly TimeSpan SleepMax = TimeSpan.FromMilliseconds(200);

    /// <summary>The same by epoll: the sidecar is told of every ringer's death, and an idle link wakes no oftener.</summary>
    internal static readonly TimeSpan PollMax = TimeSpan.FromSeconds(1);

    /// <param name="name">Whose it is; shown by the kernel beside the descriptor.</param>
    /// <exception cref="StagingException"><see cref="StagingError.OutOfMemory"/></exception>
    public static MemoryFile Create(string name)
    {
        MemoryFile? file = null;
        try
        {
            file = MemoryFile.Create(name, LengthBytes);
            file.Preallocate();
            file.Seal(ChannelFile.RequiredSeals);
            return file;
        }
        catch (NativeException failure)
        {
            file?.Dispose();
            throw new StagingException(StagingError.OutOfMemory, $"doorbell '{name}': {failure.Message}", failure);
        }
    }

    /// <summary>Maps a doorbell that came by descriptor.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.NotSealed"/>, <see cref="StagingError.BadHeader"/>: too
    /// short.</exception>
    public static MappedMemory Map(MemoryFile file)
    {
        if (file.LengthBytes < LengthBytes)
            throw new StagingException(StagingError.BadHeader, $"a doorbell has {LengthBytes} bytes, not {file.LengthBytes}");
        return ChannelFile.Map(file);
    }
}
