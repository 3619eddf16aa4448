using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links;

/// <summary>The accepting end of a link: grants the blocks of its sink, takes what lands, delivers it in order, says what is landed,
/// returned and done. Lives over any number of connections of its peer; a <see cref="LinkListener"/> brings them.</summary>
public sealed class InboundLink : IDisposable, ILinkReceiver, ILoopTask
{
    /// <summary>How soon a delivery that was refused is tried again by itself.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(200);

    private readonly ILinkSink _sink;
    private readonly FormerAddresses _former = new();
    private volatile InboundEndpoint _endpoint = null!;
    private readonly Incarnation _incarnation;
    private readonly LinkOptions _options;
    private readonly ReceiverLedger _ledger;
    private readonly InboundDelivery _delivery;
    private readonly object _state = new();
    private readonly object _saying = new();
    private LoopRegistration? _registration;
    private ControlConnection? _connection;
    private IDisposable? _offer;
    private InboundEpoch? _current;
    private LinkWay? _way;
    private bool _isServing;
    private bool _isEnding;
    private (LinkState State, LinkLoss Loss, string Reason, ulong Losses) _shown = (LinkState.Connecting, LinkLoss.None, "", 0);
    private volatile bool _closing;

    /// <summary>Nothing runs before <see cref="Start"/>.</summary>
    /// <param name="endpoint">Who may dial, as the plan says.</param>
    /// <param name="sink">Blocks to grant and channels to fill.</param>
    /// <param name="incarnation">This sidecar process's life.</param>
    /// <param name="options">Times and limits.</param>
    public InboundLink(InboundEndpoint endpoint, ILinkSink sink, Incarnation incarnation, LinkOptions options)
    {
        (Endpoint, _sink, _incarnation, _options) = (endpoint, sink, incarnation, options);
        _ledger = new ReceiverLedger(sink.SlotCount);
        _delivery = new InboundDelivery(_ledger, sink);
        _former.Found(endpoint.PeerAddress);
        sink.Bind(this);
    }

    /// <summary>Where its threads and connections come from.</summary>
    internal LinkPlatform Platform { private get; init; } = LinkPlatform.Machine;

    /// <summary>What the plan says.</summary>
    public InboundEndpoint Endpoint
    {
        get => _endpoint;
        private set => _endpoint = value;
    }

    /// <summary>State and figures. Any thread.</summary>
    public LinkStatus Status
    {
        get
        {
            lock (_state)
            {
                lock (_ledger)
                    return Describe();
            }
        }
    }

    /// <summary>Connections are taken from here on.</summary>
    public void Start()
    {
        Invariant.That(_registration is null);
        _registration = Platform.Loop.Add(this);
    }

    /// <summary>
    /// The plan names another place for the peer, or other identities. A pod that was replaced may live on where it was, cut off from the
    /// control plane that would end it: from there nothing is taken any more, or two lives of one pod would take the link from each other.
    /// Any thread.
    /// </summary>
    public void Redirect(InboundEndpoint endpoint)
    {
        var earlier = Endpoint;
        lock (_state)
        {
            Endpoint = endpoint;
            _former.Found(endpoint.PeerAddress);
            if (_connection is not { } living
                || (!_former.Holds(living.PeerAddress) && earlier.PeerIdentities.All(endpoint.PeerIdentities.Contains)))
                return;
        }
        End(new LinkException(LinkLoss.Moved, $"the plan says that the peer is at {endpoint.PeerAddress} now"));
    }

    /// <summary>
    /// Fences the living epoch, gives all granted and undelivered blocks back and joins its threads: afterwards nothing lands.
    /// </summary>
    public void Dispose()
    {
        _closing = true;
        End(new LinkException(LinkLoss.Closed, "closed"));
        Platform.AwaitEnd(pause => LinkThread.WaitUntil(IsFree, _state, pause));
        _registration?.Dispose();
        _delivery.Abandon();
    }

    void ILinkReceiver.Returned(uint slot)
    {
        bool isShort;
        lock (_ledger)
        {
            _ledger.Returned();
            isShort = _ledger.IsShortOf(slot);
        }
        if (isShort || _delivery.IsBlocked)
            _registration?.Ring();
        else
            _registration?.RingWithin(_options.AcknowledgeDelay);
    }

    void ILinkReceiver.Done(ulong ticket)
    {
        lock (_ledger)
            _ledger.MarkDone(ticket);
        if (_delivery.IsBlocked)
            _registration?.Ring();
        else
            _registration?.RingWithin(_options.AcknowledgeDelay);
    }

    void ILinkReceiver.Retry() => _registration?.Ring();

    /// <summary>Serves one authenticated connection whose hello named this link, on the caller's thread, until it ends. A living one is
    /// ended first: its peer would not dial again if it still had it.</summary>
    /// <exception cref="LinkException">It could not be opened.</exception>
    internal async ValueTask Serve(ControlConnection connection, InboundHello hello, ILinkFabrics fabrics, LinkCredentials credentials,
        IDisposable deadline)
    {
        var identity = credentials.Towards(Endpoint.PeerIdentities);
        connection.CheckIdentity(identity.Peers);
        lock (_state)
        {
            // As an unknown edge, not as a stranger: its plan may be ahead of ours, and then it is to come again soon.
            if (_former.Holds(connection.PeerAddress) || _former.IsElsewhere(connection.PeerAddress))
                throw new LinkException(LinkLoss.UnknownEdge,
                    $"by the plan, pod {Endpoint.PeerPod} is at {Endpoint.PeerAddress} and {(_former.Holds(connection.PeerAddress) ? "no more" : "not")} at {connection.PeerAddress}");
            _former.Saw(connection.PeerAddress);
        }
        _options.OnThread?.Invoke();
        if (!await TryBegin(connection).ConfigureAwait(false))
            throw new LinkException(LinkLoss.PeerLeft, "the previous epoch is not fenced yet, or the link is closing");
        try
        {
            Show(LinkState.Connecting, LinkLoss.None, "");
            var failure = await Run(connection, hello, fabrics, identity, deadline).ConfigureAwait(false);
            Show(failure is null ? LinkState.Ended : LinkState.Lost, failure?.Loss ?? LinkLoss.None, failure?.Message ?? "");
        }
        catch (LinkException e)
        {
            Show(LinkState.Lost, e.Loss, e.Message);
            throw;
        }
        finally
        {
            Finish();
        }
    }

    private async ValueTask<LinkException?> Run(ControlConnection connection, InboundHello hello, ILinkFabrics fabrics,
        FabricIdentity identity, IDisposable deadline)
    {
        _delivery.Open(hello.Sender);
        InboundEpoch? epoch = null;
        try
        {
            var choice = InboundChoice.Make(fabrics.Now, hello, _ledger.Epoch, _sink, identity);
            var opening = new InboundOpening(connection, _incarnation, hello.Protocol, _options.OpenDeadline);
            var receiver = await Platform.RunApart(() => opening.Open(choice, _ledger, _sink, Publish)).ConfigureAwait(false);
            deadline.Dispose();
            epoch = new InboundEpoch(_ledger, _sink, _delivery, connection, receiver, _registration!, _options, Platform)
            {
                IsOutdone = () => choice.IsOutdone(fabrics.Now),
            };
            Enter(epoch, new LinkWay(choice.Kind, LinkWay.Because(choice.Declined, hello.Missing)));
            return await epoch.Run().ConfigureAwait(false);
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            throw LinkException.Of(e);
        }
        finally
        {
            Leave(epoch);
        }
    }

    private void Enter(InboundEpoch epoch, LinkWay way)
    {
        lock (_state)
        {
            Invariant.That(_isServing && _current is null);
            (_current, _way) = (epoch, way);
        }
        Show(LinkState.Ready, LinkLoss.None, "");
        if (_closing)
            epoch.Fail(new LinkException(LinkLoss.Closed, "closed"));
        _registration?.Ring();
    }

    /// <summary>
    /// The fence: the pump leaves first, so that no grant follows; then the fabric; only then are blocks the sink's again.
    /// </summary>
    private void Leave(InboundEpoch? epoch)
    {
        lock (_saying)
        {
            lock (_state)
                _current = null;
        }
        epoch?.Dispose();
        _delivery.Fence();
    }

    TimeSpan ILoopTask.RunTurn()
    {
        _delivery.Deliver();
        var pause = Timeout.InfiniteTimeSpan;
        lock (_saying)
        {
            if (_current is { } epoch)
                pause = epoch.Say();
        }
        return _delivery.IsBlocked && (pause < TimeSpan.Zero || pause > RefusedPause) ? RefusedPause : pause;
    }

    private async ValueTask<bool> TryBegin(ControlConnection connection)
    {
        End(new LinkException(LinkLoss.Superseded, "a newer connection took over"));
        var end = MonotonicClock.Nanoseconds + (long)_options.OpenDeadline.TotalNanoseconds;
        while (!TryTake(connection, out var isClosed))
        {
            // Another connection may have come first each time.
            var left = TimeSpan.FromTicks((end - MonotonicClock.Nanoseconds) / 100);
            if (isClosed || left <= TimeSpan.Zero || !await Platform.WaitUntil(IsFree, _state, left).ConfigureAwait(false))
                return false;
        }
        return true;
    }

    private bool TryTake(ControlConnection connection, out bool isClosed)
    {
        lock (_state)
        {
            isClosed = _closing || _registration is null;
            if (isClosed || _isServing)
                return false;
            Invariant.That(_current is null && _connection is null);
            (_isServing, _isEnding) = (true, false);
            _connection = connection;
            return true;
        }
    }

    private bool IsFree() => !_isServing;

    private void Finish()
    {
        lock (_state)
        {
            _isServing = false;
            (_connection, _offer) = (null, null);
            Monitor.PulseAll(_state);
        }
    }

    private void End(LinkException why)
    {
        lock (_state)
        {
            _current?.Fail(why);
            _connection?.Abort();
            _offer?.Dispose();
            _isEnding = true;
        }
    }

    /// <summary>A dialler that died before its data connection must not hold its successor up for the whole deadline.</summary>
    private void Publish(IDisposable offer)
    {
        lock (_state)
        {
            _offer = offer;
            if (_isEnding)
                offer.Dispose();
        }
    }

    private void Show(LinkState state, LinkLoss loss, string reason)
    {
        var text = reason.Length == 0 ? "" : $"{Endpoint.Edge} from {Endpoint.PeerPod}: {reason}";
        lock (_state)
            _shown = (state, loss, text, _shown.Losses + (_shown.State == LinkState.Ready && state == LinkState.Lost ? 1UL : 0));
    }

    private LinkStatus Describe() => new()
    {
        Edge = Endpoint.Edge,
        PeerPod = Endpoint.PeerPod,
        State = _shown.State,
        Loss = _shown.Loss,
        Reason = _shown.Reason,
        Epoch = _ledger.Epoch,
        RoundTripNanoseconds = _current?.RoundTripNanoseconds ?? 0,
        Frames = _delivery.Frames,
        Bytes = _delivery.Bytes,
        Retained = _ledger.HeldCount,
        GrantsOutstanding = _ledger.GrantsOutstanding,
        TooLarge = 0,
        Repeated = _ledger.Duplicates,
        Losses = _shown.Losses,
        Way = _way,
    };
}
