using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>Says which input a frame that came out of a program derives from, and sends it so.</summary>
internal interface IFrameDerivation
{
    void Send(FrameLoan loan, CancellationToken stopping);

    /// <summary>The program has ended: what is still inside gave nothing.</summary>
    void End();
}

/// <summary>The n-th frame out is the n-th frame in, with its identity, times and metadata.</summary>
internal sealed class OneToOneDerivation(HeldFrames held, FrameOutput output) : IFrameDerivation
{
    private bool _hasOwnStream;

    public void Send(FrameLoan loan, CancellationToken stopping)
    {
        if (!_hasOwnStream && held.Take(out var source, stopping))
        {
            loan.Metadata.SetAll(source.Frame.Metadata);
            loan.Send(source.Frame);
            source.PartDone();
            return;
        }
        // More frames came out than went in: the rest derives from no input, so it is a stream of its own.
        if (!_hasOwnStream)
            output.OpenStream();
        _hasOwnStream = true;
        loan.Send();
    }

    // Given back without anything sent from them, they leave gap notices in their places.
    public void End()
    {
        while (held.TryTake(out var source))
            source.PartDone();
    }
}

/// <summary>
/// A program that changes the frame rate makes a stream of its own. A frame derives from the inputs that had begun when
/// it ends, so that these are done when it is.
/// </summary>
internal sealed class RateChangeDerivation : IFrameDerivation
{
    private readonly HeldFrames _held;
    private readonly FrameRate _inputRate;
    private readonly FrameRate _outputRate;
    private readonly List<HeldFrame> _sources = [];
    private long _taken;
    private long _sent;

    public RateChangeDerivation(HeldFrames held, FrameOutput output, FrameRate inputRate, FrameRate outputRate)
    {
        (_held, _inputRate, _outputRate) = (held, inputRate, outputRate);
        output.OpenStream();
    }

    public void Send(FrameLoan loan, CancellationToken stopping)
    {
        TakeUntil(_outputRate.TimeNs(_sent + 1));
        loan.PresentationTimeNs = _outputRate.TimeNs(_sent);
        loan.DurationNs = _outputRate.DurationNs(_sent);
        if (_sources.Count > 0)
            loan.Metadata.SetAll(_sources[^1].Frame.Metadata);
        loan.Send(_sources.Select(source => source.Frame).ToArray());
        _sent++;
    }

    public void End()
    {
        Drop(_sources.Count);
        while (_held.TryTake(out var source))
            source.PartDone();
    }

    // The newest stays: where the rate rises, the next frame derives from it too.
    private void TakeUntil(long timeNs)
    {
        var before = _sources.Count;
        while (_inputRate.TimeNs(_taken) < timeNs && _held.TryTake(out var source))
        {
            _sources.Add(source);
            _taken++;
        }
        Drop(_sources.Count > before ? before : Math.Max(0, before - 1));
    }

    private void Drop(int count)
    {
        foreach (var source in _sources.Take(count))
            source.PartDone();
        _sources.RemoveRange(0, count);
    }
}
