using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using K8sMediaFlow.Links.Contract;

namespace K8sMediaFlow.Links.Connection;

/// <summary>A control connection over TLS over a socket.</summary>
internal sealed class TlsControlConnection : ControlConnection
{
    /// <summary>A socket is writable when a third of this is free: more than what is written at a time.</summary>
    private const int SendBufferBytes = 512 << 10;

    // getsockopt(IPPROTO_TCP, TCP_INFO): tcpi_unacked, segments, and tcpi_last_ack_recv, milliseconds.
    private const int IpProtocolTcp = 6, TcpInformation = 11, UnacknowledgedOffset = 24, LastAcknowledgedOffset = 56,
        TcpInformationBytes = 60;

    private readonly Socket _socket;
    private readonly IPAddress? _peerAddress;
    private SslStream? _tls;

    private TlsControlConnection(Socket socket, TimeSpan writeTimeout, IPAddress? peerAddress)
    {
        (_socket, _peerAddress) = (socket, peerAddress);
        _socket.NoDelay = true;
        _socket.SendBufferSize = SendBufferBytes;
        _socket.SendTimeout = (int)writeTimeout.TotalMilliseconds;
    }

    /// <summary>The TLS layer, once authenticated.</summary>
    public SslStream Tls => _tls ?? throw new InvalidOperationException("TLS has not begun.");

    public override bool IsAuthenticated => _tls is { IsAuthenticated: true, IsMutuallyAuthenticated: true };

    public override IPAddress? PeerAddress => _peerAddress;

    public override bool HasUnread
    {
        get
        {
            try
            {
                return _socket.Available > 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    protected override bool HasRoom => _socket.Poll(0, SelectMode.SelectWrite);

    public static TlsControlConnection ForAccepted(Socket socket, TimeSpan writeTimeout) =>
        new(socket, writeTimeout, (socket.RemoteEndPoint as IPEndPoint)?.Address);

    public static TlsControlConnection ForDialling(AddressFamily family, TimeSpan writeTimeout) =>
        new(new Socket(family, SocketType.Stream, ProtocolType.Tcp), writeTimeout, peerAddress: null);

    public override void Dial(IPEndPoint peer, IPAddress? from)
    {
        if (from is not null && from.AddressFamily == peer.AddressFamily)
            _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(peer);
    }

    public override void AuthenticateAsDialler(LinkCredentials credentials, IReadOnlyList<string> expected) =>
        LinkTls.Dial(this, credentials, expected);

    public override void AuthenticateAsAcceptor(LinkCredentials credentials) => LinkTls.Accept(this, credentials);

    public override void CheckIdentity(IReadOnlyList<string> expected) => LinkTls.CheckIdentity(this, expected);

    /// <summary>The stream for a TLS handshake over this socket.</summary>
    public SslStream BeginTls(RemoteCertificateValidationCallback check) =>
        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false), leaveInnerStreamOpen: false, check);

    public override bool IsAnsweredWithin(TimeSpan time)
    {
        Span<byte> information = stackalloc byte[TcpInformationBytes];
        try
        {
            return _socket.GetRawSocketOption(IpProtocolTcp, TcpInformation, information) == TcpInformationBytes
                && (BinaryPrimitives.ReadUInt32LittleEndian(information[UnacknowledgedOffset..]) == 0
                    || BinaryPrimitives.ReadUInt32LittleEndian(information[LastAcknowledgedOffset..]) <= time.TotalMilliseconds);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public override void Abort()
    {
        try
        {
            // Not Close(0): a reset could overtake the goodbye that was sent last.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Never connected, or closed already: there is nothing left to shut down.
        }
        _socket.Close();
    }

    public override void Dispose()
    {
        // The socket first: disposing TLS would otherwise try to say goodbye to a peer that may not read.
        base.Dispose();
        _tls?.Dispose();
    }

    protected override void Write(byte[] buffer, int count) => Tls.Write(buffer, 0, count);

    protected override int Read(byte[] buffer, int offset, int count) => Tls.Read(buffer, offset, count);

    protected override ValueTask<int> ReadAsync(Memory<byte> buffer) => Tls.ReadAsync(buffer);
}
