using System.Diagnostics;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>
/// Finds out a program that hangs: it holds frames, we wait for its answer, and nothing has moved for a while. Waiting
/// for a loan does not count: then the consumers are slow, not the program.
/// </summary>
internal sealed class StallWatch(string program, HeldFrames held, TimeSpan patience)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private long _lastProgress = Stopwatch.GetTimestamp();
    private volatile bool _isWaitingForProgram;
    private volatile bool _hasEnded;

    public void Progress() => Volatile.Write(ref _lastProgress, Stopwatch.GetTimestamp());

    public void BeginWaiting()
    {
        Progress();
        _isWaitingForProgram = true;
    }

    public void EndWaiting() => _isWaitingForProgram = false;

    public void End() => _hasEnded = true;

    /// <summary>Watches until the bridge has ended; throws <see cref="MediaException"/> when the program hangs.</summary>
    public void Run(CancellationToken stopping)
    {
        while (!_hasEnded && !stopping.WaitHandle.WaitOne(_interval))
        {
            var isStalled = _isWaitingForProgram && held.Count > 0 && Stopwatch.GetElapsedTime(Volatile.Read(ref _lastProgress)) > patience;
            if (isStalled && patience > TimeSpan.Zero)
                throw new MediaException($"{program} holds {held.Count} frames and has written none for {patience.TotalSeconds:0} s: "
                    + "it hangs, or it needs more frames at once than it may hold: then raise maxBorrowed of its input");
        }
    }
}
