using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>When one end of a control connection gives the other up, asked again and again while nothing is said.</summary>
public sealed class SilenceTests : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1), AtOnce = TimeSpan.FromMilliseconds(1);

    // With such an interval no question counts as late.
    private static readonly LinkOptions Options = new() { HeartbeatInterval = Never, SilenceMax = AtOnce, HungMax = AtOnce };

    private readonly TlsControlConnection _connection = TlsControlConnection.ForDialling(AddressFamily.InterNetwork, Never);
    private readonly Socket _peer;

    public SilenceTests()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _connection.Dial((IPEndPoint)listener.LocalEndpoint, from: null);
        _peer = listener.AcceptSocket();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public void A_peer_is_not_given_up_while_something_that_it_said_lies_unread()
    {
        var timer = new HeartbeatTimer(Options);
        Await(timer, isGivenUp: true, "it hangs");
        _peer.Send([1]);
        Watchdog.Until(() => _connection.HasUnread, () => "what the peer said did not come");
        timer.IsSilent(_connection, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_peer_whose_machine_owes_no_answer_is_given_up_only_when_it_hangs_for_too_long()
    {
        Await(new HeartbeatTimer(Options with { HungMax = Never }), isGivenUp: false, "it hangs");
        Await(new HeartbeatTimer(Options), isGivenUp: true, "it hangs");
    }

    [Fact]
    public void A_peer_whose_machine_does_not_answer_is_given_up_however_long_it_might_hang()
    {
        _peer.Deafen();
        _ = _connection.BeginTls(static (_, _, _, _) => false).AuthenticateAsClientAsync("peer");
        Await(new HeartbeatTimer(Options with { HungMax = Never }), isGivenUp: true, "its machine does not answer");
    }

    private void Await(HeartbeatTimer timer, bool isGivenUp, string words)
    {
        var said = "nothing";
        Watchdog.Until(() => timer.IsSilent(_connection, out said) == isGivenUp && said.Contains(words, StringComparison.Ordinal),
            () => $"'{said}' does not say '{words}'");
    }
}
