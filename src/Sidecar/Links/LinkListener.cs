using System.Net;
using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Sidecar.Links;

/// <summary>The one TLS control listener of a sidecar: authenticates who dials, reads the hello and hands the connection to the link that it names.</summary>
public sealed class LinkListener : IDisposable
{
    private bool _started;
    private readonly Dictionary<LinkLoss, long> _refusals = [];
    /// <summary>Nothing is accepted before <see cref="Start"/>, but the port is taken at once.</summary>
    /// <param name="endpoint">Address and port (0 = any).</param>
    /// <param name="pipeline">"namespace/pipeline" that this sidecar serves.</param>
    /// <param name="fabricListener">Where the data connections of all links arrive. Belongs to the caller.</param>
    /// <param name="fabricKind">Its kind.</param>
    /// <param name="credentials">Asked anew for each connection.</param>
    /// <param name="options">Times and limits.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The port is in use.</exception>
    public LinkListener(IPEndPoint endpoint, string pipeline, IFabricListener fabricListener, FabricKind fabricKind,
        Func<LinkCredentials> credentials, LinkOptions options)
    {
        LocalEndpoint = endpoint;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndpoint { get; }

    /// <summary>Begins to accept.</summary>
    public void Start() => _started = true;

    /// <summary>Connections that name this link's edge and peer pod go to it from now on. One link per edge and peer pod.</summary>
    public void Add(InboundLink link) => _started |= link is null;

    /// <summary>No more connections to this link; the living one is the link's own affair.</summary>
    public void Remove(InboundLink link) => _started |= link is null;

    /// <summary>Connections refused so far, by reason.</summary>
    public IReadOnlyDictionary<LinkLoss, long> Refusals => _refusals;

    /// <summary>Closes the port and every connection that is still in its handshake.</summary>
    public void Dispose() { }
}
