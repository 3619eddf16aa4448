using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Attaching;
using K8sMediaFlow.Sdk.Ports;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// A media operator's place in its pipeline: its ports and its connection to the sidecar of its pod. The connection is the lease: when it
/// closes, the sidecar takes the process for dead. When the sidecar dies, the operator lives on and attaches again by itself.
/// </summary>
/// <remarks>
/// Thread-safe; ports say for themselves what they ask of their users. Awaited calls (<c>…Async</c>) block no thread: one thread of the
/// operator waits for all of them. Their twins without the suffix sleep on the calling thread.
/// </remarks>
/// <example><code>
/// await using var media = await MediaOperator.AttachAsync();
/// await foreach (var frame in media.Inputs["video"].ReadAllAsync(media.Stopping))
/// {
///     using (frame)
///         await media.Outputs["video"].ForwardAsync(frame, metadata => metadata.Set("score", Score(frame.Plane(0))));
/// }
/// </code></example>
public sealed class MediaOperator : IAsyncDisposable
{
    /// <summary>A sidecar that lives answers within milliseconds; one that is stopped hears it when it goes on.</summary>
    private static readonly TimeSpan KeptPatience = TimeSpan.FromSeconds(2);

    private readonly MediaOperatorCore _core;
    private readonly AttachLoop _loop;
    private readonly AsyncWaiter _waiter;
    private readonly Termination _termination;
    private readonly MediaOperatorMeter _meter;
    private int _disposed;

    private MediaOperator(MediaOperatorOptions options)
    {
        _core = new MediaOperatorCore(options);
        _loop = new AttachLoop(_core);
        _waiter = new AsyncWaiter(_core);
        _termination = new Termination(options.HandlesTermination);
        _meter = new MediaOperatorMeter(options, () => Statistics);
    }

    /// <summary>Name of the operator in the pipeline.</summary>
    public string Name => _core.Options.Name;

    /// <summary>Number of this replica, from 0.</summary>
    public int Replica => _core.Options.Replica;

    /// <summary>
    /// Whether the pipeline is to run for ever: a media operator that fails is started again. In a batch pipeline it is not, and the
    /// pipeline fails.
    /// </summary>
    public bool IsStreaming => _core.IsStreaming;

    /// <summary>
    /// Cancelled when this operator is to end: a source at once when the pipeline asks for it or the process gets SIGTERM (it completes its
    /// outputs then), an operator with inputs only when the pipeline's deadline has passed without the inputs having ended, any operator
    /// when it has failed.
    /// </summary>
    public CancellationToken Stopping => _core.Stopping;

    /// <summary>The input ports, in the pipeline's order.</summary>
    public PortCollection<FrameInput> Inputs { get; private set; } = null!;

    /// <summary>The output ports, in the pipeline's order.</summary>
    public PortCollection<FrameOutput> Outputs { get; private set; } = null!;

    /// <summary>
    /// Ends when the operator has ended: successfully when it was disposed after all its streams had ended and everything was done
    /// downstream; with a <see cref="MediaOperatorException"/> as soon as it has failed; cancelled when it was disposed before.
    /// </summary>
    public Task Completion => _core.Completion;

    /// <summary>Figures since the start. The meter <c>K8sMediaFlow.Sdk</c> has the same, as observable instruments.</summary>
    public MediaOperatorStatistics Statistics
    {
        get
        {
            lock (_core.Gate)
                return MediaOperatorStatistics.Read(_core);
        }
    }

    /// <summary>Attaches as the <c>K8SMEDIAFLOW_*</c> environment says.</summary>
    /// <exception cref="MediaOperatorException">The environment is incomplete, the sidecar out of reach, the attach refused, or the process
    /// got SIGTERM first.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<MediaOperator> AttachAsync(CancellationToken cancellationToken = default) =>
        AttachAsync(MediaOperatorOptions.FromEnvironment(), cancellationToken);

    /// <summary>Attaches as the options say.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of its range.</exception>
    /// <exception cref="MediaOperatorException">
    /// The sidecar is out of reach, the attach was refused, or the process got SIGTERM first.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<MediaOperator> AttachAsync(MediaOperatorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var media = new MediaOperator(options.Copy());
        try
        {
            await media.FirstAttachAsync().WaitAsync(cancellationToken);
        }
        catch
        {
            media._disposed = 1;
            await media.CloseAsync(isCompleted: false);
            throw;
        }
        media.OpenPorts();
        if (media.Inputs.Count == 0)
            _ = media.StopWhenTerminatedAsync();
        return media;
    }

    /// <summary>
    /// Reports a failure as the operator's last words: the pipeline's status names operator and reason. Afterwards every call on a port
    /// throws, and disposing is a death: no stream is ended.
    /// </summary>
    public void Fail(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Session? session;
        lock (_core.Gate)
            session = _core.Session;
        if (session is { IsIntroduced: true })
            session.Writer.Failed(reason);
        _core.Fail(new MediaOperatorException(MediaOperatorError.Closed, $"{Name} has failed: {reason}"));
    }

    /// <summary>
    /// Ends the operator. When it has inputs and all have ended, outputs that are not complete are completed; a source completes its
    /// outputs itself (<see cref="FrameOutput.Complete"/>), since from here its end cannot be told from a crash. When every output is
    /// complete, what was sent is waited for until it is done downstream (<see cref="MediaOperatorOptions.DrainPatience"/>). Anything else
    /// is a death: the sidecar sees the lease close, and what was not finished goes to others or to the next life of this operator.
    /// </summary>
    /// <exception cref="MediaOperatorException">Everything was sent, but it did not become done downstream: the operator has not
    /// completed.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        MediaOperatorException? undone = null;
        var isCleanEnd = IsCleanEnd();
        if (isCleanEnd)
            while ((undone = await Drain()) is null && !await SayCompleted())
            {
            }
        if (undone is not null)
            _core.Fail(undone);
        await CloseAsync(isCleanEnd);
        if (undone is not null)
            throw undone;
    }

    private void OpenPorts()
    {
        string[] inputs = [.. _core.Inputs.Select(port => port.Plan.Name)], outputs = [.. _core.Outputs.Select(port => port.Plan.Name)];
        Inputs = new(Name, "input", inputs, [.. _core.Inputs.Select(port => new FrameInput(_core, port, _waiter))]);
        Outputs = new(Name, "output", outputs, [.. _core.Outputs.Select(port => new FrameOutput(_core, port, _waiter))]);
    }

    // A pod that ends accepts no attach any more: to try on would only use up its time to end.
    private async Task FirstAttachAsync()
    {
        var attached = _loop.Start();
        if (await Task.WhenAny(attached, _termination.Asked) != attached)
            throw new MediaOperatorException(MediaOperatorError.Closed, $"{Name} was asked to end (SIGTERM) before it had attached.");
        await attached;
    }

    private async Task StopWhenTerminatedAsync()
    {
        await _termination.Asked;
        _core.Log.StopAsked(Name, Replica);
        _core.Stop();
    }

    private bool IsCleanEnd()
    {
        lock (_core.Gate)
        {
            if (_core.Failure is not null || _core.Inputs.Any(input => !input.Ended))
                return false;
            foreach (var output in _core.Outputs)
                if (_core.Inputs.Count > 0)
                    _core.Complete(output);
            return _core.Outputs.All(output => output.IsComplete);
        }
    }

    /// <summary>Waits until all is done downstream; else says why it is not: the operator failed, or nothing moved for too long.</summary>
    private async Task<MediaOperatorException?> Drain()
    {
        var (progress, sinceNs) = (-1L, 0L);
        while (true)
        {
            lock (_core.Gate)
            {
                _core.Poll();
                if (_core.Failure is { } failure)
                    return failure;
                if (_core.Outputs.All(output => output.Fan.InFlight == 0) && _core.Session is { IsIntroduced: true })
                    return null;
                if (_core.Progress != progress)
                    (progress, sinceNs) = (_core.Progress, MonotonicClock.Nanoseconds);
            }
            if (_core.Options.DrainPatience is { Ticks: > 0 } patience && MonotonicClock.Nanoseconds - sinceNs > patience.TotalNanoseconds)
                return NotDone();
            await Task.Delay(5);
        }
    }

    private MediaOperatorException NotDone()
    {
        lock (_core.Gate)
        {
            var outputs = _core.Outputs.Where(output => output.Fan.InFlight > 0)
                .Select(output => $"{output.Fan.InFlight} of output '{output.Plan.Name}'");
            return new MediaOperatorException(MediaOperatorError.Timeout,
                $"{Name} has sent everything, but nothing became done downstream for {_core.Options.DrainPatience.TotalSeconds:0} s: {string.Join(", ", outputs)} are not.");
        }
    }

    /// <summary>
    /// A process that has ended cannot be asked again: its last word must not be lost with a sidecar that dies before it has kept it.
    /// False: that happened, and it is to be said again.
    /// </summary>
    private async Task<bool> SayCompleted()
    {
        Session? session;
        lock (_core.Gate)
            session = _core.Session;
        session?.Writer.Completed();
        for (var sinceNs = MonotonicClock.Nanoseconds; session is { CompletionKept: false };)
        {
            if (MonotonicClock.Nanoseconds - sinceNs > KeptPatience.Ticks * 100)
                return true;
            await Task.Delay(1);
            // A sidecar that has kept the last word of all may end at once: it is not looked for again.
            lock (_core.Gate)
                if (_core.Session != session)
                    return session.CompletionKept;
        }
        return session is not null;
    }

    private async Task CloseAsync(bool isCompleted)
    {
        _core.Shut(new MediaOperatorException(MediaOperatorError.Closed, $"{Name} was disposed."));
        await _loop.EndAsync();
        _waiter.Dispose();
        _meter.Dispose();
        _core.Dispose();
        _termination.Dispose();
        _core.End(isCompleted);
    }
}
