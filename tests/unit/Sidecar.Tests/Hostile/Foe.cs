using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// The third pod with a certificate and a place in the plan, and no sidecar: links are opened as they should be, and what follows is the
/// test's affair.
/// </summary>
internal sealed class Foe(Siege siege, LinkCredentials papers) : IDisposable
{
    private const int OfferPortOffset = 2, OfferTokenOffset = 8, TokenBytes = 16, OfferAddressOffset = OfferTokenOffset + TokenBytes;

    private Socket? _door, _dataDoor;
    private uint _epoch;
    private ulong _incarnation = (ulong)Random.Shared.NextInt64(1, long.MaxValue);

    private IPAddress Own { get; } = IPAddress.Parse(siege.Scene.AddressOf(Scene.Foe));

    private IPEndPoint NearsPort { get; } = new(IPAddress.Parse(siege.Scene.AddressOf(Scene.Near)), Scene.LinkPort);

    /// <summary>Waits for near to dial, which it does again and again, and opens the link as its receiver.</summary>
    public FoeLink Accept()
    {
        _door ??= Listen(Scene.LinkPort);
        _dataDoor ??= Listen(0);
        FoeLink? link = null;
        Watchdog.Until(() => (link = TryOnce(TryAccept)) is not null, () => $"near does not dial\n{siege.Near.Log}");
        return link!;
    }

    /// <summary>Dials near as a new life of the sender.</summary>
    public FoeLink Dial()
    {
        FoeLink? link = null;
        Watchdog.Until(() => (link = TryOnce(TryDial)) is not null, () => $"near does not answer\n{siege.Near.Log}");
        return link!;
    }

    /// <summary>What a new life of the sender says first.</summary>
    public byte[] Hello() => FoeLink.Message(message => WriteHello(message.InitHello()));

    /// <summary>Dials near and says this where a hello is due; the answer, if there is one, is heard.</summary>
    public FoeLink Greet(ReadOnlySpan<byte> words)
    {
        var link = Open();
        link.Say(words);
        link.AwaitAnswer();
        return link;
    }

    /// <summary>A connection to near's port for links, of which TLS has not begun.</summary>
    public Socket Knock()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Own, 0));
        socket.Connect(NearsPort);
        return socket;
    }

    public void Dispose()
    {
        _door?.Dispose();
        _dataDoor?.Dispose();
    }

    // A connection may be an old one that near has given up meanwhile, or near may not be done with the last one: then the next is better.
    private FoeLink? TryOnce(Func<FoeLink?> open)
    {
        siege.Near.ShouldLive();
        siege.Feed();
        try
        {
            return open();
        }
        catch (Exception early) when (LinkException.IsExpected(early) || early is SocketException)
        {
            return null;
        }
    }

    private FoeLink? TryAccept()
    {
        if (!_door!.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead))
            return null;
        var link = new FoeLink(TlsControlConnection.ForAccepted(_door.Accept(), Hang.Bound), ++_epoch);
        try
        {
            LinkTls.Accept(link.Control, papers);
            HandshakeMessages.Expect(link.Control, LinkMessage.Which.Hello);
            SayWelcome(link.Control);
            HandshakeMessages.HearReady(link.Control, _epoch);
            link.Data = _dataDoor!.Accept();
            link.Drain();
            HandshakeMessages.SayReady(link.Control, _epoch, done: null);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private void SayWelcome(ControlConnection control)
    {
        var welcome = control.Begin(1024).InitWelcome();
        (welcome.Protocol, welcome.Epoch, welcome.ReceiverIncarnation, welcome.LargestBlockBytes) = (LinkMessage.Protocol, _epoch,
            _incarnation, 4096);
        var offer = new byte[OfferAddressOffset + 4];
        (offer[0], offer[1]) = (1, 4);
        BinaryPrimitives.WriteUInt16LittleEndian(offer.AsSpan(OfferPortOffset), (ushort)((IPEndPoint)_dataDoor!.LocalEndPoint!).Port);
        BinaryPrimitives.WriteUInt32LittleEndian(offer.AsSpan(4), _epoch);
        Own.GetAddressBytes().CopyTo(offer, OfferAddressOffset);
        var fabric = welcome.InitFabric();
        fabric.Kind = LinkMessage.FabricKind.Tcp;
        fabric.Offer = offer;
        HandshakeMessages.Send(control);
    }

    private FoeLink TryDial()
    {
        var link = Open();
        try
        {
            SayHello(link.Control);
            var welcome = HandshakeMessages.Expect(link.Control, LinkMessage.Which.Welcome).Welcome;
            link.Epoch = welcome.Epoch;
            link.Data = Connect(welcome.Fabric.Offer.ToArray(), welcome.Epoch);
            HandshakeMessages.SayReady(link.Control, link.Epoch, done: null);
            HandshakeMessages.HearReady(link.Control, link.Epoch);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>As far as the hello, which is due then.</summary>
    private FoeLink Open()
    {
        var link = new FoeLink(TlsControlConnection.ForDialling(AddressFamily.InterNetwork, Hang.Bound), 0);
        try
        {
            link.Control.Dial(NearsPort, Own);
            LinkTls.Dial(link.Control, papers, [Papers.Identity("mop")]);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private void SayHello(ControlConnection control)
    {
        WriteHello(control.Begin(1024).InitHello());
        HandshakeMessages.Send(control);
    }

    private void WriteHello(LinkMessage.Hello.Builder hello)
    {
        (hello.Magic, hello.ProtocolLowest, hello.ProtocolHighest) = (LinkMessage.Magic, LinkMessage.ProtocolOldest, LinkMessage.Protocol);
        (hello.Namespace, hello.Pipeline, hello.Edge, hello.SenderPod) = ("test", "line", Scene.RotToMop, Scene.Foe);
        (hello.SenderIncarnation, hello.FirstUndone, hello.NextSequence) = (++_incarnation, 1, 1);
        var fabric = hello.InitFabrics(1)[0];
        fabric.Kind = LinkMessage.FabricKind.Tcp;
    }

    private Socket Connect(byte[] offer, uint epoch)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Own, 0));
        socket.Connect(new IPAddress(offer.AsSpan(OfferAddressOffset)),
            BinaryPrimitives.ReadUInt16LittleEndian(offer.AsSpan(OfferPortOffset)));
        var preamble = new byte[32];
        "KMFDATA1"u8.CopyTo(preamble);
        BinaryPrimitives.WriteUInt32LittleEndian(preamble.AsSpan(8), epoch);
        offer.AsSpan(OfferTokenOffset, TokenBytes).CopyTo(preamble.AsSpan(16));
        socket.Send(preamble);
        return socket;
    }

    private Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Own, port));
        socket.Listen(16);
        return socket;
    }
}
