using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>Who may be the other end. All of them have the token: what counts is the certificate.</summary>
public sealed class TlsPeerTests : IDisposable
{
    private readonly TestArea _area = new(1 << 16, 4);
    private readonly TcpFabric _tls = new(isEncrypted: true), _plain = new();
    private readonly IFabricListener _listener;
    private readonly IFabricOffer _offer;

    public TlsPeerTests()
    {
        _listener = _tls.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        _offer = _listener.Open(1, [], _area.Address, _area.LengthBytes, TestIdentities.Of("render", "camera"));
    }

    public void Dispose()
    {
        _offer.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public void The_sender_of_the_plan_is_let_in_and_the_receiver_of_the_plan_is_written_to()
    {
        using var sender = Dial(TestIdentities.Of("camera", "render"));
        using var receiver = _offer.Accept(FabricPair.Watchdog);
        receiver.TryReceive(out _, TimeSpan.Zero).ShouldBeFalse();
    }

    [Fact]
    public void A_sender_of_another_name_is_refused_by_both_names()
    {
        TryDial(TestIdentities.Of("stranger", "render"));
        var refused = Refused();
        refused.Message.ShouldContain("test/line/stranger");
        refused.Message.ShouldContain("test/line/camera");
    }

    [Fact]
    public void A_sender_of_another_installation_is_refused()
    {
        TryDial(TestIdentities.Foreign("camera", "render"));
        Refused().Message.ShouldContain("the peer's certificate is refused");
    }

    [Fact]
    public void A_sender_whose_certificate_has_run_out_is_refused()
    {
        TryDial(TestIdentities.Of("camera", "render") with { Certificate = TestIdentities.Expired("camera") });
        Refused().Message.ShouldContain("the peer's certificate is refused");
    }

    [Fact]
    public void A_sender_without_a_certificate_is_refused()
    {
        using var socket = WithToken();
        using var tls = new System.Net.Security.SslStream(new NetworkStream(socket), false, (_, shown, _, _) => shown is not null);
        tls.AuthenticateAsClient("k8smediaflow");
        Refused().Message.ShouldContain("the peer showed no certificate");
        NothingLands();
    }

    [Fact]
    public void A_sender_that_does_not_encrypt_is_refused()
    {
        using var proposal = _plain.Propose(FabricOptions.Default);
        using var sender = proposal.Connect(_offer.Bytes.Span, FabricPair.Watchdog);
        var frame = TestFrame.Of(1, 0, 1);
        sender.Write(0, 0, _area.BlockBytes, frame.Header, frame.Segments, 1);
        Should.Throw<FabricException>(() => _offer.Accept(FabricPair.Watchdog)).Error
            .ShouldBeOneOf(FabricError.Untrusted, FabricError.Corrupted, FabricError.PeerGone);
        NothingLands();
    }

    [Fact]
    public void A_sender_that_is_slow_about_its_handshake_is_refused_when_the_time_is_over()
    {
        var options = FabricOptions.Default with { HandshakeTimeout = TimeSpan.FromSeconds(1) };
        using var impatient = _tls.Listen(IPAddress.Loopback, 0, options);
        using var offer = impatient.Open(2, [], _area.Address, _area.LengthBytes, TestIdentities.Of("render", "camera"));
        using var socket = WithToken(offer);
        var refused = Should.Throw<FabricException>(() => offer.Accept(FabricPair.Watchdog));
        refused.Error.ShouldBe(FabricError.Deadline);
        refused.Message.ShouldContain("did not finish its handshake in time");
    }

    [Fact]
    public void Whatever_comes_in_place_of_a_handshake_the_listener_lives_on()
    {
        var random = new Random(Seed.Take(nameof(TlsPeerTests)));
        for (var turn = 0u; turn < 60; turn++)
        {
            using var offer = _listener.Open(10 + turn, [], _area.Address, _area.LengthBytes, TestIdentities.Of("render", "camera"));
            using var socket = WithToken(offer);
            socket.Send(Noise(random));
            socket.Shutdown(SocketShutdown.Send);
            Should.Throw<FabricException>(() => offer.Accept(FabricPair.Watchdog));
        }
        The_sender_of_the_plan_is_let_in_and_the_receiver_of_the_plan_is_written_to();
    }

    [Fact]
    public void A_receiver_of_another_name_or_installation_gets_nothing()
    {
        var accepting = Watched.Start(() => Should.Throw<FabricException>(() => _offer.Accept(FabricPair.Watchdog).TryReceive(out _,
            FabricPair.Watchdog)).Error.ShouldBe(FabricError.PeerGone));
        Should.Throw<FabricException>(() => Dial(TestIdentities.Of("camera", "printer"))).Error.ShouldBe(FabricError.Untrusted);
        accepting.Join();
        using var foreign = _listener.Open(2, [], _area.Address, _area.LengthBytes, TestIdentities.Foreign("render", "camera"));
        Should.Throw<FabricException>(() => Dial(TestIdentities.Of("camera", "render"), foreign)).Error.ShouldBe(FabricError.Untrusted);
    }

    [Fact]
    public void An_offer_that_is_withdrawn_ends_a_handshake()
    {
        using var patient = _tls.Listen(IPAddress.Loopback, 0, FabricOptions.Default with { HandshakeTimeout = 4 * FabricPair.Watchdog });
        using var offer = patient.Open(2, [], _area.Address, _area.LengthBytes, TestIdentities.Of("render", "camera"));
        using var socket = WithToken(offer);
        var accepting = Watched.Start(() =>
            Should.Throw<FabricException>(() => offer.Accept(FabricPair.Watchdog)).Error.ShouldBe(FabricError.Aborted));
        Thread.Sleep(50);
        offer.Dispose();
        accepting.Join();
        socket.ReceiveTimeout = (int)FabricPair.Watchdog.TotalMilliseconds;
        IsAtItsEnd(socket).ShouldBeTrue();
    }

    [Fact]
    public void A_certificate_that_is_renewed_counts_from_the_next_connection_on_and_the_living_one_goes_on()
    {
        var source = new TestArea(4096, 1);
        using var before = Dial(TestIdentities.Of("camera", "render"));
        using var receiving = _offer.Accept(FabricPair.Watchdog);
        using var offer = _listener.Open(2, [], _area.Address, _area.LengthBytes, TestIdentities.Of("render", "camera"));
        using var after = Dial(TestIdentities.Of("camera", "render"), offer);
        using var next = offer.Accept(FabricPair.Watchdog);
        for (var turn = 0u; turn < 3; turn++)
        {
            Cross(before, receiving, 1, turn, source.Part(0, 1000));
            Cross(after, next, 2, turn, source.Part(0, 1000));
        }
    }

    private void Cross(IFabricSender sender, IFabricReceiver receiver, uint epoch, uint number, MemoryPart part)
    {
        receiver.Grant(epoch, _area.Offset(epoch), _area.BlockBytes);
        var frame = TestFrame.Of(epoch, epoch, number, part);
        sender.Write(epoch, _area.Offset(epoch), _area.BlockBytes, frame.Header, frame.Segments, number);
        receiver.TryReceive(out var landing, FabricPair.Watchdog).ShouldBeTrue();
        landing.Slot.ShouldBe(epoch);
    }

    /// <summary>A record that begins as a handshake does, or anything else.</summary>
    private static byte[] Noise(Random random)
    {
        var bytes = new byte[1 + random.Next(4000)];
        random.NextBytes(bytes);
        if (random.Next(3) > 0 && bytes.Length > 9)
            new byte[] { 22, 3, 1, (byte)random.Next(16), (byte)random.Next(256), 1, 0, 1, 0 }.CopyTo(bytes, 0);
        return bytes;
    }

    private static bool IsAtItsEnd(Socket socket)
    {
        try
        {
            return socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private FabricException Refused()
    {
        var refused = Should.Throw<FabricException>(() => _offer.Accept(FabricPair.Watchdog));
        refused.Error.ShouldBe(FabricError.Untrusted);
        return refused;
    }

    private void NothingLands() => _area.IsFilledWith(TestArea.Untouched).ShouldBeTrue();

    private IFabricSender Dial(FabricIdentity identity, IFabricOffer? offer = null)
    {
        using var proposal = _tls.Propose(FabricOptions.Default, identity);
        return proposal.Connect((offer ?? _offer).Bytes.Span, FabricPair.Watchdog);
    }

    /// <summary>In TLS 1.3 the dialling end is done before the other one has looked at its certificate.</summary>
    private void TryDial(FabricIdentity identity)
    {
        try
        {
            using var sender = Dial(identity);
            sender.Poll(new ulong[1], FabricPair.Watchdog);
        }
        catch (FabricException ended)
        {
            ended.Error.ShouldBe(FabricError.PeerGone);
        }
        NothingLands();
    }

    private Socket WithToken(IFabricOffer? offer = null)
    {
        var invitation = TcpOfferPayload.Read((offer ?? _offer).Bytes.Span);
        var preamble = new byte[TcpPreamble.SizeBytes];
        TcpPreamble.Write(preamble, invitation.Epoch, invitation.Token);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(invitation.Endpoint);
        socket.Send(preamble);
        return socket;
    }
}
