using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// The time that one attach may take, over all its tries. It says now and then what it waits for, and fails when its time is over.
/// </summary>
/// <remarks>
/// To give up makes an overload worse: the process ends, and starts again with all that a start costs. So time in which the machine had no
/// processor free, or a sidecar that lives had the hello, counts a tenth; time in which this process did not run counts nothing. A sidecar
/// that hangs is for those to end who can see it: the kubelet, or <c>k8smediaflow run</c>.
/// </remarks>
internal sealed class AttachWait(MediaOperatorCore core, TimeSpan timeout, Func<bool> hasEnded)
{
    /// <summary>How often a wait looks up.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private const double ExcusedShare = 0.1;
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(10), AbsentPauseMax = TimeSpan.FromMilliseconds(250),
        RefusedPauseMax = TimeSpan.FromSeconds(1);

    private readonly Patience _patience = new(Step, static () => ProcessorPressure.Waited, ExcusedShare);
    private TimeSpan _pause = PauseMin, _saysNext = TimeSpan.FromSeconds(10);
    private string _why = "";
    private bool _isRefused;

    /// <summary>The operator is being disposed.</summary>
    public bool HasEnded => hasEnded();

    /// <summary>Why a try led nowhere.</summary>
    /// <param name="why">For people.</param>
    /// <param name="isRefused">A sidecar answered.</param>
    public void Failed(string why, bool isRefused = false)
    {
        (_why, _isRefused) = (why, isRefused);
        core.Log.NotAttachedYet(core.Options.Name, core.Options.Replica, why);
    }

    /// <summary>
    /// The sidecar has no plan: that comes when the pods of all neighbours have addresses, which is no fault of ours or of time.
    /// </summary>
    /// <param name="held">How long it had the hello before it said so.</param>
    public void HasNoPlan(TimeSpan held)
    {
        // Who holds the hello until there is a plan can be asked again at once.
        _pause = held > RefusedPauseMax ? PauseMin : _pause;
        _patience.Begin();
        _saysNext = TimeSpan.FromSeconds(10);
    }

    /// <summary>Counts the time since the last look.</summary>
    /// <param name="isHeard">A sidecar has the hello and keeps the connection, which the kernel closes with its process.</param>
    /// <exception cref="MediaOperatorException">The time is over.</exception>
    public void Look(bool isHeard = false)
    {
        if (isHeard)
            _why = "a sidecar took the connection and has not answered: it hangs, or gets no time to run";
        if (_patience.Look(isHeard) > timeout)
            throw new MediaOperatorException(MediaOperatorError.Unreachable,
                $"No attach to the sidecar at {core.Options.SocketPath} within {timeout.TotalSeconds:0.#} s{LeftOut()}: {_why}");
        if (_patience.Elapsed < _saysNext)
            return;
        core.Log.StillWaiting(core.Options.Name, core.Options.Replica, core.Options.SocketPath, (int)_patience.Elapsed.TotalSeconds, _why);
        _saysNext = _patience.Elapsed * 2;
    }

    /// <summary>Rests before the next try; the rests grow.</summary>
    /// <exception cref="MediaOperatorException">The time is over.</exception>
    public void Rest()
    {
        // Jitter: all operators of a pod lose their sidecar in the same moment.
        var left = _pause * (0.5 + Random.Shared.NextDouble());
        var longest = _isRefused ? RefusedPauseMax : AbsentPauseMax;
        _pause = _pause * 2 < longest ? _pause * 2 : longest;
        do
        {
            Thread.Sleep(left < Step ? left : Step);
            left -= Step;
            Look();
        }
        while (left > TimeSpan.Zero && !HasEnded);
    }

    private string LeftOut() => _patience.Elapsed - _patience.Waited is var leftOut && leftOut > TimeSpan.FromSeconds(1)
        ? $" (and {leftOut.TotalSeconds:0} s that do not count, because this machine was busy or the sidecar had been reached)" : "";
}
