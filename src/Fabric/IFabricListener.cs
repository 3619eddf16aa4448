using System.Net;

namespace K8sMediaFlow.Fabric;

/// <summary>Where data connections arrive. All members may be called from any thread.</summary>
public interface IFabricListener : IDisposable
{
    /// <summary>The address and port in use.</summary>
    IPEndPoint Endpoint { get; }

    /// <summary>
    /// Opens one epoch: names the memory that may be written into and makes the one-time leave to connect.
    /// </summary>
    /// <param name="epoch">The link's epoch; a frame that names another one is refused.</param>
    /// <param name="proposal">The bytes of the sender's <see cref="IFabricProposal"/>, as they came: validated here.</param>
    /// <param name="areaAddress">Start of the block area in this process; must stay mapped until the receiver (or the offer, if no sender
    /// connected) is disposed.</param>
    /// <param name="areaLengthBytes">Its length; grants lie inside it.</param>
    /// <param name="identity">Who the ends are; only a fabric that encrypts needs it.</param>
    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/>: the proposal is of another fabric or
    /// malformed.</exception>
    IFabricOffer Open(uint epoch, ReadOnlySpan<byte> proposal, nint areaAddress, long areaLengthBytes, FabricIdentity? identity = null);
}

/// <summary>
/// The receiver's answer to a proposal: good for one connection. Disposing it withdraws the leave; a receiver that came of it lives on.
/// </summary>
public interface IFabricOffer : IDisposable
{
    uint Epoch { get; }

    /// <summary>What the sender needs to connect, at most 256 bytes. Secret: travels on the encrypted control connection only.</summary>
    ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Waits until the sender has connected.</summary>
    /// <exception cref="FabricException"><see cref="FabricError.Deadline"/>: no sender did; <see cref="FabricError.Aborted"/>: the offer or
    /// its listener was disposed meanwhile; <see cref="FabricError.Untrusted"/>: one did that has no certificate of a sender of this
    /// link.</exception>
    IFabricReceiver Accept(TimeSpan deadline);
}

/// <summary>The sender's half of the handshake: good for one <see cref="Connect"/>.</summary>
public interface IFabricProposal : IDisposable
{
    /// <summary>What the receiver needs to know beforehand, at most 256 bytes; empty on Tcp.</summary>
    ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>
    /// Connects to the receiver that made <paramref name="offer"/>. Success does not yet mean that the receiver took the
    /// token: it says so by its <c>ready</c> on the control connection. A refused token shows as <see cref="FabricError.PeerGone"/> later.
    /// </summary>
    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/>: the offer is malformed or of another fabric;
    /// <see cref="FabricError.Refused"/>: no process listens; <see cref="FabricError.Deadline"/>; <see cref="FabricError.Untrusted"/>: who
    /// listens has no certificate of this link's receiver.</exception>
    IFabricSender Connect(ReadOnlySpan<byte> offer, TimeSpan deadline);
}
