using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>
/// Finds out a program that hangs: it holds frames, we wait for its answer, and nothing has moved for a while. Waiting
/// for a loan does not count: then the consumers are slow, not the program. Nor does time in which it could not run.
/// </summary>
internal sealed class StallWatch(string program, HeldFrames held, TimeSpan patience)
{
    private volatile bool _hasProgressed;
    private volatile bool _isWaitingForProgram;
    private volatile bool _hasEnded;

    public void Progress() => _hasProgressed = true;

    public void BeginWaiting()
    {
        Progress();
        _isWaitingForProgram = true;
    }

    public void EndWaiting() => _isWaitingForProgram = false;

    public void End() => _hasEnded = true;

    /// <summary>Watches until the bridge has ended; throws <see cref="MediaException"/> when the program hangs.</summary>
    public void Run(Patience waiting, CancellationToken stopping)
    {
        while (!_hasEnded && !stopping.WaitHandle.WaitOne(PipedProcess.Step))
            if (patience > TimeSpan.Zero && Stalled(waiting) > patience)
                throw new MediaException($"{program} holds {held.Count} frames and has written none for {patience.TotalSeconds:0} s: "
                    + "it hangs, or it needs more frames at once than it may hold: then raise maxBorrowed of its input");
    }

    private TimeSpan Stalled(Patience waiting)
    {
        if (!_hasProgressed && _isWaitingForProgram && held.Count > 0)
            return waiting.Look();
        _hasProgressed = false;
        waiting.Begin();
        return TimeSpan.Zero;
    }
}
