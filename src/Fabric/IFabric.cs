using System.Net;

namespace K8sMediaFlow.Fabric;

/// <summary>The ways to move bytes between machines.</summary>
public enum FabricKind
{
    /// <summary>A TCP connection of its own beside the control connection.</summary>
    Tcp = 1,

    /// <summary>One-sided writes of an RNIC.</summary>
    Verbs = 2,

    /// <summary>In one process, seeded, with faults: for tests.</summary>
    Simulated = 3,

    /// <summary>As <see cref="Tcp"/>, with TLS 1.3 and a certificate at both ends.</summary>
    TcpTls = 4,
}

/// <summary>
/// A way to move frames from one machine's blocks into blocks that another machine granted. The order of a connection, the same
/// on every fabric: sender <see cref="Propose"/> → (hello) → receiver <see cref="IFabricListener.Open"/> → (welcome) → sender
/// <see cref="IFabricProposal.Connect"/> and receiver <see cref="IFabricOffer.Accept"/>, at the same time → (ready, both ways)
/// → grants and writes. The bytes in brackets travel on the caller's control connection: a fabric knows nothing of it.
/// Every call that waits has a bound. All errors are <see cref="FabricException"/>.
/// </summary>
public interface IFabric : IDisposable
{
    FabricKind Kind { get; }

    /// <summary>Listens on one address; <paramref name="port"/> 0 takes any free one.</summary>
    /// <exception cref="FabricException"><see cref="FabricError.Refused"/>: the address cannot be bound.</exception>
    IFabricListener Listen(IPAddress address, int port, FabricOptions options);

    /// <summary>
    /// Prepares the sender's end of a connection; for verbs this makes the queue pair whose number the receiver must know.
    /// </summary>
    /// <param name="options">Settings of the sender's end.</param>
    /// <param name="identity">Who the ends are; only a fabric that encrypts needs it.</param>
    IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null);

    /// <summary>
    /// Makes memory known that <see cref="IFabricSender.Write"/> will read from; dispose the result when no sender reads from it
    /// any more. Once per region, off the frame path. On Tcp and Simulated it does nothing; on Verbs a write from
    /// unregistered memory ends the connection as <see cref="FabricError.Incompatible"/>.
    /// </summary>
    IDisposable Register(nint address, long lengthBytes);
}
