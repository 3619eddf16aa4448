using K8sMediaFlow.Native;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>
/// The frames that go to a program by one pipe, and how long they are needed. A large frame is not copied into the pipe but lent to it, and
/// held until the program has read all of it.
/// </summary>
/// <remarks>
/// <para>
/// A block is given back, and may be rewritten by its producer, only when the pipe says that the program's read(2) has taken the frame's
/// last byte: bytes put in, less bytes unread. The kernel takes a byte off that count after it has copied it, under the same lock, so there
/// is no moment at which a copy is under way and the count says otherwise.
/// </para>
/// <para>
/// Nothing wakes us when the program has read a frame, so only frames are lent that fill the pipe. When such a frame is in, all before it
/// are out: no more than two are held at once, and no wait for a program is needed. Smaller ones are copied, which costs little.
/// </para>
/// </remarks>
/// <typeparam name="TFrame">Disposed when the program needs it no more.</typeparam>
/// <param name="frameBytes">The length of every frame; 0 where they differ, and are small.</param>
/// <param name="copiesWhatItReads">
/// Whether the program takes bytes by read(2), as ffmpeg does. One that may pass them on by splice(2) or tee(2) is never lent a frame.
/// </param>
internal sealed class PipedFrames<TFrame>(PipeEnd pipe, int frameBytes, bool copiesWhatItReads)
    where TFrame : IDisposable
{
    private readonly Queue<(TFrame Frame, long EndBytes)> _held = new();
    private long _putBytes;

    /// <summary>Whether frames go in without a copy.</summary>
    public bool Lends { get; } = copiesWhatItReads && frameBytes >= pipe.CapacityBytes && pipe.CanLend;

    /// <summary>Frames that are not given back yet.</summary>
    public int HeldCount => _held.Count;

    /// <summary>
    /// Gives the program a frame, and gives back those that it has read. The newest stays held until <see cref="Release"/>.
    /// </summary>
    /// <param name="payload">The frame's bytes, in shared memory.</param>
    /// <exception cref="PipeClosedException"/>
    /// <exception cref="OperationCanceledException"/>
    public void Put(TFrame frame, ReadOnlySpan<byte> payload, CancellationToken stopping)
    {
        GiveBack(butNewest: 0);
        _held.Enqueue((frame, _putBytes + payload.Length));
        if (Lends)
            FramePipe.Lend(pipe, payload, stopping);
        else
            FramePipe.Write(pipe, payload, stopping);
        _putBytes += payload.Length;
        GiveBack(butNewest: 1);
    }

    /// <summary>Gives back what is left. To be called when the program has ended.</summary>
    public void Release()
    {
        while (_held.TryDequeue(out var held))
            held.Frame.Dispose();
    }

    private void GiveBack(int butNewest)
    {
        if (_held.Count <= butNewest)
            return;
        var readBytes = _putBytes - (Lends ? pipe.UnreadBytes : 0);
        while (_held.Count > butNewest && _held.Peek().EndBytes <= readBytes)
            _held.Dequeue().Frame.Dispose();
    }
}
