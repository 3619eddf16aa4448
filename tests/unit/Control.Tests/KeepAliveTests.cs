using System.Net;
using K8sMediaFlow.Control.Calling;
using K8sMediaFlow.Control.Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace K8sMediaFlow.Control.Tests;

/// <summary>
/// When the two ends of a control connection ask each other for a sign of life, as their connections have it. Kestrel and the handler of
/// HTTP act on these times, which are too long to wait for here; that a stream may not be silent either, <see cref="ControlCallTests"/>
/// shows.
/// </summary>
public sealed class KeepAliveTests
{
    [Fact]
    public void A_sidecar_with_an_open_call_is_asked_after_five_seconds_and_given_up_after_fifteen_more()
    {
        using var identities = new TestIdentities();
        var own = identities.Issue(ControllerIdentity.Uri);
        using var channel = new SidecarChannel(new(new IPEndPoint(IPAddress.Loopback, 1), () => own, [TestIdentities.Sidecar]));
        using var handler = channel.Handler();
        (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout).ShouldBe((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)));
        // Connections are kept to hundreds of sidecars: one without a call is worth no question.
        handler.KeepAlivePingPolicy.ShouldBe(HttpKeepAlivePingPolicy.WithActiveRequests);
        handler.ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void A_controller_that_says_nothing_is_asked_after_ten_seconds_and_given_up_after_thirty_more()
    {
        var limits = new KestrelServerLimits();
        ControlServer.Limit(limits);
        (limits.Http2.KeepAlivePingDelay, limits.Http2.KeepAlivePingTimeout)
            .ShouldBe((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)));
    }
}
