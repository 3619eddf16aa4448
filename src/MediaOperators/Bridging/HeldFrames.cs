using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>
/// A frame that is inside a program. Two threads have to do with it: one writes its bytes to the program, one sends
/// what comes out as derived from it. The thread that finishes last gives it back: a program may answer before it has read all.
/// </summary>
internal sealed class HeldFrame(Frame frame)
{
    private int _partsDone;

    public Frame Frame => frame;

    /// <summary>One of the two threads needs the frame no more.</summary>
    public void PartDone()
    {
        if (Interlocked.Increment(ref _partsDone) == 2)
            frame.Dispose();
    }
}

/// <summary>The frames that are inside a program, oldest first.</summary>
internal sealed class HeldFrames : IDisposable
{
    private readonly BlockingCollection<HeldFrame> _frames = [];

    public int Count => _frames.Count;

    /// <summary>Whether no more frames come in; what is inside may still come out.</summary>
    public bool IsEnded => _frames.IsAddingCompleted;

    public void Add(HeldFrame frame) => _frames.Add(frame);

    public void End() => _frames.CompleteAdding();

    /// <summary>The oldest frame, waiting for one; false when none is left and none will come.</summary>
    public bool Take([NotNullWhen(true)] out HeldFrame? frame, CancellationToken stopping) =>
        _frames.TryTake(out frame, Timeout.Infinite, stopping);

    /// <summary>The oldest frame if there is one now.</summary>
    public bool TryTake([NotNullWhen(true)] out HeldFrame? frame) => _frames.TryTake(out frame);

    public void Dispose() => _frames.Dispose();
}
