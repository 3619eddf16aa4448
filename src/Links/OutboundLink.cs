using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Links.Liveness;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links;

/// <summary>
/// The dialling end of a link: takes frames of one edge for one peer pod from its source and keeps each until it is done.
/// </summary>
public sealed class OutboundLink : IDisposable
{
    /// <summary>How often an ended link looks by itself whether there is something to do.</summary>
    private static readonly TimeSpan EndedLook = TimeSpan.FromSeconds(1);

    private volatile OutboundEndpoint _endpoint;
    private readonly ILinkSource _source;
    private readonly ILinkFabrics _fabrics;
    private readonly FabricOptions _fabricOptions;
    private readonly Func<LinkCredentials> _credentials;
    private readonly Incarnation _incarnation;
    private readonly LinkOptions _options;
    private readonly SenderLedger _ledger = new();
    private readonly OutboundCounters _counters = new();
    private readonly WakeSignal _pause = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly object _state = new();
    private readonly FabricBackoff _rest;
    private ReconnectBackoff _backoff;
    private LinkWay? _way;
    private Incarnation _receiver;
    private ILinkThread? _supervisor;
    private ControlConnection? _connection;
    private OutboundEpoch? _current;
    private (LinkState State, LinkLoss Loss, string Reason, ulong Losses) _shown = (LinkState.Connecting, LinkLoss.None, "", 0);
    private volatile bool _closing;
    private volatile bool _draining;

    /// <summary>Nothing runs before <see cref="Start"/>.</summary>
    /// <param name="endpoint">Whom to dial, as the plan says.</param>
    /// <param name="source">Frames to send.</param>
    /// <param name="fabrics">How bytes may get there.</param>
    /// <param name="fabricOptions">Settings of the data connection.</param>
    /// <param name="credentials">Asked anew for each connection.</param>
    /// <param name="incarnation">This sidecar process's life.</param>
    /// <param name="options">Times and limits.</param>
    public OutboundLink(OutboundEndpoint endpoint, ILinkSource source, ILinkFabrics fabrics, FabricOptions fabricOptions,
        Func<LinkCredentials> credentials, Incarnation incarnation, LinkOptions options)
    {
        (_endpoint, _source, _fabrics, _fabricOptions) = (endpoint, source, fabrics, fabricOptions);
        (_credentials, _incarnation, _options) = (credentials, incarnation, options);
        _backoff = new ReconnectBackoff(options);
        _rest = new FabricBackoff(options);
    }

    /// <summary>Where its threads and connections come from.</summary>
    internal LinkPlatform Platform { private get; init; } = LinkPlatform.Machine;

    /// <summary>Where the time of frames goes. Any thread.</summary>
    internal OutboundCounters Counters => _counters;

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

    /// <summary>
    /// Starts to dial, and goes on until <see cref="Dispose"/> or <see cref="Drain"/>. Between the end of a stream and the next one nothing
    /// is dialled.
    /// </summary>
    public void Start()
    {
        Invariant.That(_supervisor is null);
        _supervisor = Platform.Start($"link {_endpoint.Edge}", Supervise);
    }

    /// <summary>
    /// The plan names another place for the peer, or other identities: a living connection to what is not the peer any more ends, and the
    /// next one is dialled at once. What is not done stays and goes to the new place: a pod that took another's is a receiver that has
    /// forgotten all. Any thread.
    /// </summary>
    public void Redirect(OutboundEndpoint endpoint)
    {
        var earlier = _endpoint;
        // A peer that the controller does not see may be connected all the same: only another place is a reason to leave it.
        if (!endpoint.IsKnown)
            endpoint = endpoint with { PeerAddress = earlier.PeerAddress, PeerPort = earlier.PeerPort };
        lock (_state)
        {
            _endpoint = endpoint;
            if (endpoint.Holds(earlier))
                return;
            _current?.Fail(new LinkException(LinkLoss.Moved,
                $"the plan says that the peer is at {endpoint.PeerAddress}:{endpoint.PeerPort} now"));
            if (_current is null)
                _connection?.Abort();
        }
        _pause.Ring();
    }

    /// <summary>
    /// Takes nothing new, waits until all that was taken is done, and says goodbye. False when the time was over first. The caller
    /// disposes.
    /// </summary>
    public bool Drain(TimeSpan deadline)
    {
        _draining = true;
        lock (_state)
            _current?.Drain();
        _pause.Ring();
        _source.Wake();
        return _ended.Wait(deadline);
    }

    /// <summary>
    /// Ends the link at once and joins its threads: afterwards nothing reads the source's memory. Frames not done are simply let go of (no
    /// Done).
    /// </summary>
    public void Dispose()
    {
        _closing = true;
        lock (_state)
        {
            _current?.Fail(new LinkException(LinkLoss.Closed, "closed"));
            _connection?.Abort();
        }
        _pause.Ring();
        _source.Wake();
        _supervisor?.Join();
        _ended.Dispose();
    }

    private async ValueTask Supervise()
    {
        _options.OnThread?.Invoke();
        while (!_closing)
        {
            if (IsFinished())
            {
                Show(LinkState.Ended, LinkLoss.None, "");
                if (_draining)
                    break;
                // A new life of a source opens the link again; that, a drain and the link's end wake this.
                await Platform.Wait(_source, EndedLook).ConfigureAwait(false);
            }
            else if (await Attempt().ConfigureAwait(false) is { } failure && !_closing)
                await Platform.Wait(_pause, _backoff.Failed(failure.Loss, Platform.Chance)).ConfigureAwait(false);
        }
        if (_closing)
            Show(LinkState.Lost, LinkLoss.Closed, "closed");
        else
            _ended.Set();
    }

    /// <summary>No connection is needed to end when nothing is left to say. Only called while no epoch lives.</summary>
    private bool IsFinished()
    {
        Invariant.That(_current is null);
        lock (_ledger)
            return _ledger.Retained == 0 && (_draining || _source.Ended);
    }

    /// <summary>One connection from dial to fence. Null: the orderly end.</summary>
    private async ValueTask<LinkException?> Attempt()
    {
        LinkException? failure;
        try
        {
            using var connection = Begin(out var endpoint);
            failure = await Connect(connection, endpoint).ConfigureAwait(false);
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            failure = LinkException.Of(e);
        }
        Publish(null);
        OutboundPump.TellSource(_ledger, _source);
        if (failure is not null)
            Show(LinkState.Lost, failure.Loss, $"{_endpoint.Edge} to {_endpoint.PeerPod}: {failure.Message}");
        return failure;
    }

    // Endpoint and connection under one lock: a redirection in between would abort nothing and be dialled past.
    private ControlConnection Begin(out OutboundEndpoint endpoint)
    {
        lock (_state)
        {
            endpoint = _endpoint;
            var connection = Platform.Dialling(IPAddress.Parse(endpoint.PeerAddress).AddressFamily, _options.SilenceMax);
            Publish(connection);
            return connection;
        }
    }

    private async ValueTask<LinkException?> Connect(ControlConnection connection, OutboundEndpoint endpoint)
    {
        OutboundEpoch epoch;
        var now = _fabrics.Now;
        var credentials = _credentials();
        using (connection.AbortAfter(_options.OpenDeadline, _options.HungMax, _options.Clock))
        using (var proposals = new LinkProposals(_rest.Offered(now, MonotonicClock.Nanoseconds), _fabricOptions,
            credentials.Towards(endpoint.PeerIdentities)))
            epoch = await Platform.RunApart(() => Open(connection, endpoint, credentials, proposals, now)).ConfigureAwait(false);
        _backoff.Succeeded();
        var beganNanoseconds = MonotonicClock.Nanoseconds;
        lock (_state)
        {
            Invariant.That(_current is null);
            (_current, _way) = (epoch, epoch.Way);
            if (!_endpoint.Holds(endpoint))
                epoch.Fail(new LinkException(LinkLoss.Moved, "the plan has changed meanwhile"));
        }
        Show(LinkState.Ready, LinkLoss.None, "");
        if (_draining)
            epoch.Drain();
        if (_closing)
            epoch.Fail(new LinkException(LinkLoss.Closed, "closed"));
        var failure = await epoch.Run().ConfigureAwait(false);
        lock (_state)
            _current = null;
        if (!_closing && failure is { Loss: LinkLoss.DataClosed or LinkLoss.NoCommonFabric or LinkLoss.Closed })
            Rest(now, epoch.Way.Kind, failure.Message, TimeSpan.FromTicks((MonotonicClock.Nanoseconds - beganNanoseconds) / 100));
        return failure;
    }

    /// <summary>Until Ready. The ledger is open from the welcome on, so whatever fails after it closes it again.</summary>
    private async ValueTask<OutboundEpoch> Open(ControlConnection connection, OutboundEndpoint endpoint, LinkCredentials credentials,
        LinkProposals proposals, FabricsNow now)
    {
        var opening = new OutboundOpening(endpoint, _incarnation, connection);
        var welcome = await opening.Open(credentials, proposals, _ledger.Done.Cumulative + 1, _ledger.LastOffered + 1)
            .ConfigureAwait(false);
        IFabricSender? sender = null;
        try
        {
            lock (_ledger)
                OutboundEpoch.Check(_ledger.Open(welcome.Epoch, welcome.LargestBlockBytes, welcome.Landed, welcome.Done, welcome.SpanMax,
                    isOtherReceiver: welcome.Receiver != _receiver));
            _receiver = welcome.Receiver;
            sender = Connect(proposals, welcome, now);
            await opening.GetReady(welcome.Epoch, _ledger.Done).ConfigureAwait(false);
            return new OutboundEpoch(_ledger, _source, connection, sender, _counters, _options, Platform, welcome.KnowsDeadlines)
            {
                Way = new LinkWay(welcome.Kind, LinkWay.Because(proposals.Missing, welcome.WayReason)),
                IsOutdone = IsOutdone(proposals, welcome.Kind),
            };
        }
        catch
        {
            sender?.Abort();
            sender?.Dispose();
            lock (_ledger)
                _ledger.Fence();
            throw;
        }
    }

    private IFabricSender Connect(LinkProposals proposals, Welcome welcome, FabricsNow now)
    {
        try
        {
            return proposals.Of(welcome.Kind).Connect(welcome.Offer, _options.OpenDeadline);
        }
        catch (FabricException failure) when (failure.Error != FabricError.Aborted)
        {
            Rest(now, welcome.Kind, failure.Message, TimeSpan.Zero);
            throw;
        }
    }

    /// <summary>The best of several is left out for a while; the only one is tried again at once.</summary>
    private void Rest(FabricsNow now, FabricKind kind, string why, TimeSpan held)
    {
        if (now.Usable.Count > 1 && now.RankOf(kind) == 0)
            _rest.Failed(why, held, MonotonicClock.Nanoseconds);
    }

    /// <summary>Only what was not offered: of what was, the peer knows when it can be used.</summary>
    private Func<bool> IsOutdone(LinkProposals proposals, FabricKind kind)
    {
        var offered = proposals.All.Select(one => one.Kind).ToList();
        return () => _rest.Offered(_fabrics.Now, MonotonicClock.Nanoseconds).Usable.TakeWhile(one => one.Kind != kind)
            .Any(one => !offered.Contains(one.Kind));
    }

    private void Publish(ControlConnection? connection)
    {
        lock (_state)
        {
            _connection = connection;
            if (_closing)
                connection?.Abort();
        }
    }

    private void Show(LinkState state, LinkLoss loss, string reason)
    {
        lock (_state)
            _shown = (state, loss, reason, _shown.Losses + (_shown.State == LinkState.Ready && state == LinkState.Lost ? 1UL : 0));
        _source.Carries(state == LinkState.Ready);
    }

    private LinkStatus Describe() => new()
    {
        Edge = _endpoint.Edge,
        PeerPod = _endpoint.PeerPod,
        State = _shown.State,
        Loss = _shown.Loss,
        Reason = _shown.Reason,
        Epoch = _ledger.Epoch,
        RoundTripNanoseconds = _current?.RoundTripNanoseconds
            ?? 0,
        Frames = _counters.Frames,
        Bytes = _counters.Bytes,
        Retained = _ledger.Retained,
        GrantsOutstanding = _ledger.GrantsHeld,
        TooLarge = _ledger.TooLarge,
        Repeated = _ledger.Repeated,
        Losses = _shown.Losses,
        Way = _way,
    };
}
