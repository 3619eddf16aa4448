using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>
/// Notices when a sidecar has said nothing for too long. Starved is not dead: time in which it waited for a processor does not count, nor
/// time in which this process had none. It says so at half of the time, before anything is done about it.
/// </summary>
/// <param name="max">From its last word; three times as long before its first, since a start is the most work of all.</param>
/// <param name="processorWait">How long all its threads waited for a processor, in total.</param>
/// <param name="clock">Nanoseconds, monotonic; null: the machine's.</param>
internal sealed class SilenceWatch(TimeSpan max, Func<TimeSpan> processorWait, Func<long>? clock = null)
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private const int FirstWordFactor = 3;

    private readonly Patience _patience = new(Step, processorWait, clock: clock);
    private volatile bool _hasSpoken;
    private bool _isSaid, _hasEverSpoken;

    private TimeSpan Limit => _hasEverSpoken ? max : FirstWordFactor * max;

    /// <summary>It has said something. Any thread.</summary>
    public void Answered() => _hasSpoken = true;

    /// <summary>What is to be said now, and whether the time is over; null: nothing. One thread, once in each step.</summary>
    public SilenceFinding? Look()
    {
        if (_hasSpoken)
        {
            (_hasSpoken, _isSaid, _hasEverSpoken) = (false, false, true);
            _patience.Begin();
            return null;
        }
        var silence = _patience.Look();
        if (silence < Limit / 2 || (_isSaid && silence < Limit))
            return null;
        _isSaid = true;
        return silence < Limit
            ? new($"has said nothing for {Passed()}; it is ended and started again after {Limit.TotalSeconds:0} s that count", false)
            : new($"is ended, because it has said nothing for {Passed()}", true);
    }

    private string Passed()
    {
        var (elapsed, waited) = (_patience.Elapsed.TotalSeconds, (_patience.Elapsed - _patience.Waited).TotalSeconds);
        return waited < 1 ? $"{elapsed:0} s" : $"{elapsed:0} s, {waited:0} s of which do not count because no processor was free";
    }
}

/// <summary>What was found, as the rest of a sentence about the sidecar.</summary>
internal sealed record SilenceFinding(string Sentence, bool IsOver);
