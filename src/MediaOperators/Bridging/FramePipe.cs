using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>
/// Moves whole frames between a pipe and the memory that they live in: read(2) into the loan's block, write(2) from the
/// frame's block, nothing in between. <see cref="PipedFrames{TFrame}"/> saves the copy of write(2) where that is possible.
/// </summary>
internal static class FramePipe
{
    // How often a wait looks whether it is still wanted.
    private const int SliceMs = 200;

    /// <summary>
    /// Reads until the memory is full or the stream ends. Returns the bytes read: 0 at the stream's end, fewer than asked for if it ends
    /// within.
    /// </summary>
    /// <exception cref="OperationCanceledException"/>
    public static int Read(PipeEnd pipe, Span<byte> into, CancellationToken stopping)
    {
        var filled = 0;
        while (filled < into.Length)
        {
            var read = pipe.Read(into[filled..], SliceMs);
            if (read == 0)
                break;
            if (read == PipeEnd.TimedOut)
                stopping.ThrowIfCancellationRequested();
            else
                filled += read;
        }
        return filled;
    }

    /// <summary>Writes all of it; throws <see cref="PipeClosedException"/> if the program reads no more.</summary>
    /// <exception cref="OperationCanceledException"/>
    public static void Write(PipeEnd pipe, ReadOnlySpan<byte> from, CancellationToken stopping) =>
        PutAll(pipe, from, static (to, bytes) => to.Write(bytes, SliceMs), stopping);

    /// <summary>
    /// As <see cref="Write"/>, but the pipe gets the memory itself: see <see cref="PipeEnd.Lend"/> for how long it must stay unchanged.
    /// </summary>
    /// <exception cref="OperationCanceledException"/>
    public static void Lend(PipeEnd pipe, ReadOnlySpan<byte> from, CancellationToken stopping) =>
        PutAll(pipe, from, static (to, bytes) => to.Lend(bytes, SliceMs), stopping);

    private static void PutAll(PipeEnd pipe, ReadOnlySpan<byte> from, Func<PipeEnd, ReadOnlySpan<byte>, int> put,
        CancellationToken stopping)
    {
        try
        {
            while (from.Length > 0)
            {
                from = from[put(pipe, from)..];
                stopping.ThrowIfCancellationRequested();
            }
        }
        catch (NativeException broken) when (broken.IsPeerGone)
        {
            throw new PipeClosedException(broken);
        }
    }
}
