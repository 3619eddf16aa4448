using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Control.Certificates;

/// <summary>The only identity that may call the control API. Media operators have theirs from <see cref="PeerIdentity"/>.</summary>
public static class ControllerIdentity
{
    public const string Uri = PeerIdentity.Scheme + "://controller";
}
