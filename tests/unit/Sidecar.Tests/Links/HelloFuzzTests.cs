using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives.Certificates;
using K8sMediaFlow.Sidecar.Tests.Hostile;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>
/// Whatever comes to the listener's port: it is refused, counted, answered by a close, and the next one is served. That nothing of it
/// stays: Hostile/LinkHelloTests.
/// </summary>
public sealed class HelloFuzzTests : IDisposable
{
    private const int Mutations = 120;

    // Some of what is said leaves the listener waiting for more, each time to its deadline.
    private static readonly LinkOptions Options = new() { OpenDeadline = TimeSpan.FromSeconds(5), SilenceMax = TimeSpan.FromSeconds(20) };

    private readonly Consumer _consumer = new();
    private readonly MemorySink _sink;
    private readonly ReceivingPod _receiving;

    public HelloFuzzTests()
    {
        _sink = new MemorySink(4, 4096, _consumer, holdFrames: 0);
        _receiving = new ReceivingPod(_sink, 0, Options);
    }

    public void Dispose()
    {
        _receiving.Dispose();
        _sink.Dispose();
    }

    [Fact]
    public void Garbage_before_tls_is_refused()
    {
        using var socket = Connect();
        socket.Send("GET / HTTP/1.1\r\n\r\n"u8);
        IsClosed(new NetworkStream(socket));
        IsCounted(LinkLoss.TlsFailed);
    }

    [Fact]
    public void A_peer_that_says_nothing_is_dropped_at_the_deadline()
    {
        var options = Options with { OpenDeadline = TimeSpan.FromMilliseconds(300), SilenceMax = TimeSpan.Zero, HungMax = TimeSpan.Zero };
        using var sink = new MemorySink(4, 4096, _consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, options);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(receiving.Listener.LocalEndpoint);
        IsClosed(new NetworkStream(socket));
    }

    [Fact]
    public void Silent_connections_make_room_for_a_peer()
    {
        var options = Options with { HandshakesMax = 3 };
        using var sink = new MemorySink(4, 4096, _consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, options);
        var silent = Enumerable.Range(0, 6).Select(_ => Connect(receiving)).ToList();
        using var source = new MemorySource(5, 5, 64);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, options);
        Watchdog.Until(() => _consumer.Last == 5, () => sending.Link.Status.ToString());
        // The last ones are still there: nobody waited for their deadline.
        silent[^1].Poll(0, SelectMode.SelectRead).ShouldBeFalse();
        silent[0].Poll(0, SelectMode.SelectRead).ShouldBeTrue();
        silent.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData((1u << 20) + 1)]
    [InlineData(0u)]
    public void An_impossible_length_is_refused(uint length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, length);
        Say(prefix);
        IsCounted(LinkLoss.ProtocolViolation);
    }

    [Fact]
    public void A_wrong_magic_is_refused()
    {
        Say(Framed(hello => hello.Magic = 42));
        IsCounted(LinkLoss.ProtocolViolation);
    }

    [Fact]
    public void A_protocol_version_of_the_future_is_refused()
    {
        Say(Framed(hello => (hello.ProtocolLowest, hello.ProtocolHighest) = (7, 9)));
        IsCounted(LinkLoss.VersionMismatch);
    }

    [Fact]
    public void No_common_fabric_is_refused()
    {
        Say(Framed(hello => Offer(hello, LinkMessage.FabricKind.Verbs)));
        IsCounted(LinkLoss.NoCommonFabric);
    }

    [Fact]
    public void Another_message_than_hello_is_refused()
    {
        var buffer = new MessageBuffer(1024);
        buffer.Begin<LinkMessage.Builder>().InitBye();
        Say(WithLength(buffer.Finish().Span));
        IsCounted(LinkLoss.ProtocolViolation);
    }

    [Fact]
    public void Hellos_with_random_bytes_changed_end_nothing_but_their_own_connection()
    {
        var random = new Random(Seed.Take(nameof(Hellos_with_random_bytes_changed_end_nothing_but_their_own_connection)));
        var sound = Framed(static _ => { });
        for (var mutation = 0; mutation < Mutations; mutation++)
        {
            var bytes = sound.AsSpan().ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            Say(random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
        }
        StillServes();
    }

    [Fact]
    public void A_hello_with_any_word_changed_ends_nothing_but_its_own_connection()
    {
        foreach (var bytes in WireMutations.Of(Framed(static _ => { })[4..]))
            Say(WithLength(bytes));
        StillServes();
    }

    [Fact]
    public void Every_message_that_comes_before_its_time_ends_nothing_but_its_own_connection()
    {
        var bye = new MessageBuffer(1024);
        bye.Begin<LinkMessage.Builder>().InitBye();
        var ready = new MessageBuffer(1024);
        ready.Begin<LinkMessage.Builder>().InitReady();
        foreach (var bytes in WireMutations.Of(bye.Finish().ToArray()).Concat(WireMutations.Of(ready.Finish().ToArray())))
        {
            Say(WithLength(bytes));
            // And where it is heard: as the answer to welcome.
            Say([.. Framed(static _ => { }), .. WithLength(bytes)]);
        }
        StillServes();
    }

    private static byte[] Framed(HelloChange change)
    {
        var buffer = new MessageBuffer(4096);
        var hello = buffer.Begin<LinkMessage.Builder>().InitHello();
        hello.Magic = LinkMessage.Magic;
        (hello.ProtocolLowest, hello.ProtocolHighest) = (1, 1);
        (hello.Namespace, hello.Pipeline, hello.Edge, hello.SenderPod) = ("test", "line", SendingPod.Edge, "pod-a");
        hello.SenderIncarnation = 99;
        Offer(hello, LinkMessage.FabricKind.Tcp);
        change(hello);
        return WithLength(buffer.Finish().Span);
    }

    private static void Offer(LinkMessage.Hello.Builder hello, LinkMessage.FabricKind kind)
    {
        var fabric = hello.InitFabrics(1)[0];
        fabric.Kind = kind;
    }

    private delegate void HelloChange(LinkMessage.Hello.Builder hello);

    private static byte[] WithLength(ReadOnlySpan<byte> message)
    {
        var framed = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(framed, message.Length);
        message.CopyTo(framed.AsSpan(4));
        return framed;
    }

    /// <summary>Says it as the right peer, over good TLS, then stops talking.</summary>
    private void Say(byte[] bytes)
    {
        using var socket = Connect();
        var papers = Papers.Of("camera");
        using var tls = new SslStream(new NetworkStream(socket), false,
            (_, certificate, _, _) => IdentityChecks.CheckChain(certificate, Papers.Authorities).Accepted);
        tls.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "anything",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = SslStreamCertificateContext.Create(papers.Certificate, null, offline: true),
        });
        tls.Write(bytes);
        tls.ShutdownAsync().GetAwaiter().GetResult();
        IsClosed(tls);
    }

    private Socket Connect() => Connect(_receiving);

    private static Socket Connect(ReceivingPod receiving)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        socket.Connect(receiving.Listener.LocalEndpoint);
        return socket;
    }

    /// <summary>The peer may say why; then it closes, and what is read after that is the end or a reset.</summary>
    private static void IsClosed(Stream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (stream.Read(buffer) > 0)
            {
            }
        }
        catch (IOException e) when (e.InnerException is not SocketException { SocketErrorCode: SocketError.TimedOut })
        {
            // Reset: as good as closed.
        }
    }

    private void IsCounted(LinkLoss loss)
    {
        Watchdog.Until(() => _receiving.Listener.Refusals.GetValueOrDefault(loss) > 0,
            () => string.Join(", ", _receiving.Listener.Refusals));
        StillServes();
    }

    private void StillServes()
    {
        using var source = new MemorySource(5, 5, 64);
        using var sending = new SendingPod(source, _receiving.Listener.LocalEndpoint, Options);
        Watchdog.Until(() => _consumer.Last == 5, () => sending.Link.Status.ToString());
    }
}
