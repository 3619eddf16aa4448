using System.Net.Sockets;
using System.Security.Authentication;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;

namespace K8sMediaFlow.Links.Contract;

/// <summary>Why a connection ends, thrown inside a link's own threads only.</summary>
internal sealed class LinkException(LinkLoss loss, string message, Exception? cause = null) : Exception(message, cause)
{
    public LinkLoss Loss { get; } = loss;

    /// <summary>Whether the world outside caused it; anything else is our own error and must not be swallowed.</summary>
    public static bool IsExpected(Exception e) => e is LinkException or FabricException or CapnProtoException or IOException
        or SocketException or AuthenticationException or ObjectDisposedException or System.Security.Cryptography.CryptographicException;

    /// <summary>The one place where errors of TLS, sockets, fabric and messages become a reason.</summary>
    public static LinkException Of(Exception e) => e switch
    {
        LinkException known => known,
        FabricException fabric => new LinkException(LossOf(fabric.Error), "data connection: " + fabric.Message, e),
        CapnProtoException => new LinkException(LinkLoss.ProtocolViolation, "malformed control message: " + e.Message, e),
        AuthenticationException or System.Security.Cryptography.CryptographicException =>
            new LinkException(LinkLoss.TlsFailed, "TLS: " + Innermost(e), e),
        SocketException => new LinkException(LinkLoss.Unreachable, e.Message, e),
        _ => new LinkException(LinkLoss.ControlClosed, "control connection: " + Innermost(e), e),
    };

    private static LinkLoss LossOf(FabricError error) => error switch
    {
        FabricError.GrantViolation or FabricError.Malformed or FabricError.Corrupted => LinkLoss.LandingViolation,
        FabricError.Incompatible => LinkLoss.NoCommonFabric,
        FabricError.Aborted => LinkLoss.Closed,
        FabricError.Untrusted => LinkLoss.TlsFailed,
        _ => LinkLoss.DataClosed,
    };

    private static string Innermost(Exception e) =>
        e.InnerException is { } inner && inner.Message != e.Message ? $"{e.Message} ({inner.Message})" : e.Message;
}
