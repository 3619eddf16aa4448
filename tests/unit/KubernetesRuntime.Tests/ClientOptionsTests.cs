using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>The defaults of a client, as its connections have them. Other tests set shorter times and see them act.</summary>
public sealed class ClientOptionsTests
{
    [Fact]
    public void A_silent_connection_is_asked_after_ten_seconds_and_given_up_after_ten_more()
    {
        var cluster = new ClusterConnection { Server = new("https://cluster.example"), Credentials = new FixedCredential(new("secret")) };
        using var connections = new HttpConnections(cluster, new(), fence: null);
        using var handler = new SocketsHttpHandler();
        connections.SetUp(handler, certificate: null, authorities: null);
        (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout).ShouldBe((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)));
        // A watch that says nothing is a request under way; a connection without one is worth the question too.
        handler.KeepAlivePingPolicy.ShouldBe(HttpKeepAlivePingPolicy.Always);
    }
}
