using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// Bytes in TLS 1.3, both ends authenticated. A frame is gathered into full records and scattered from them, so each byte is copied at
/// either end beside being encrypted; no managed memory is allocated per frame.
/// </summary>
internal sealed class TlsChannel : ITcpChannel
{
    /// <summary>What one record holds at most.</summary>
    private const int PlainBytes = 1 << 14;

    private readonly PlainChannel _socket;
    private readonly TlsRecords _records;
    private readonly SslStream _tls;
    private readonly byte[] _plain = new byte[PlainBytes];
    private readonly long _recordsMax;
    private string _refusal = "";
    private int _from, _to;
    private long _sentRecords;

    private TlsChannel(StreamSocket socket, FabricIdentity identity, long recordsMax)
    {
        _socket = new PlainChannel(socket);
        _records = new TlsRecords(_socket);
        _recordsMax = recordsMax;
        _tls = new SslStream(_records, leaveInnerStreamOpen: false, MutualTls.Chain(identity.Authorities, why => _refusal = why));
    }

    public StreamSocket Socket => _socket.Socket;

    public bool IsKeyUsedUp => Volatile.Read(ref _sentRecords) >= _recordsMax;

    /// <summary>The dialling end's handshake. The socket stays the caller's where it fails.</summary>
    /// <exception cref="FabricException">See <see cref="IFabricProposal.Connect"/>.</exception>
    public static TlsChannel Dial(StreamSocket socket, FabricIdentity identity, FabricOptions options, TimeSpan deadline) =>
        Open(socket, identity, options, deadline, tls => tls.AuthenticateAsClient(MutualTls.Client(identity.Certificate)));

    /// <summary>The accepting end's handshake. The socket stays the caller's where it fails.</summary>
    /// <exception cref="FabricException">See <see cref="IFabricOffer.Accept"/>.</exception>
    public static TlsChannel Accept(StreamSocket socket, FabricIdentity identity, FabricOptions options, TimeSpan deadline) =>
        Open(socket, identity, options, deadline, tls => tls.AuthenticateAsServer(MutualTls.Server(identity.Certificate)));

    public SocketResult SendAll(Span<MemoryVector> vectors)
    {
        try
        {
            var (filled, total) = (0, 0L);
            foreach (var vector in vectors)
            {
                total += vector.LengthBytes;
                filled = Gather(vector, filled);
            }
            Encrypt(filled);
            _records.Flush();
            return new SocketResult(total);
        }
        catch (IOException) when (_records.LastResult.IsError)
        {
            return _records.LastResult;
        }
    }

    public SocketResult Receive(ReadOnlySpan<MemoryVector> vectors, ReceiveWait wait)
    {
        while (_from == _to)
        {
            if (_records.HasRecord)
            {
                if (!TryDecrypt())
                    return new SocketResult(0);
            }
            else if (_records.Fill(wait) is { Bytes: <= 0 } ended)
                return ended;
        }
        return new SocketResult(Scatter(vectors));
    }

    /// <summary>
    /// TLS itself sends to this end: session tickets after the handshake, whatever the settings say. They are read and dropped.
    /// </summary>
    public bool WaitForEnd(int timeoutMs)
    {
        if (!Socket.WaitForPeer(timeoutMs))
            return false;
        if (_records.Fill(default) is { WouldBlock: false, Bytes: <= 0 })
            return true;
        while (_records.HasRecord)
        {
            if (!TryDecrypt() || _from < _to)
                return true;
        }
        return false;
    }

    public void Dispose()
    {
        _tls.Dispose();
        _socket.Dispose();
    }

    private static TlsChannel Open(StreamSocket socket, FabricIdentity identity, FabricOptions options, TimeSpan deadline,
        Action<SslStream> handshake)
    {
        var channel = new TlsChannel(socket, identity, options.TlsRecordsMax);
        try
        {
            channel.Authenticate(handshake, identity, deadline);
            return channel;
        }
        catch
        {
            channel._tls.Dispose();
            throw;
        }
    }

    private void Authenticate(Action<SslStream> handshake, FabricIdentity identity, TimeSpan deadline)
    {
        _records.Wait = new ReceiveWait(deadline);
        try
        {
            handshake(_tls);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or CryptographicException)
        {
            throw WhyOf(e);
        }
        // From here on a record is read where one is known to be there.
        _records.Wait = default;
        var verdict = IdentityChecks.CheckIdentity((X509Certificate2)_tls.RemoteCertificate!, identity.Peers);
        if (!verdict.Accepted)
            throw new FabricException(FabricError.Untrusted, "TLS: " + verdict.Reason);
    }

    private FabricException WhyOf(Exception handshake)
    {
        if (_refusal.Length > 0)
            return new FabricException(FabricError.Untrusted, "TLS: " + _refusal, handshake);
        if (_records.LastResult.WouldBlock)
            return new FabricException(FabricError.Deadline, "TLS: the peer did not finish its handshake in time", handshake);
        return handshake is IOException
            ? new FabricException(FabricError.PeerGone, $"TLS: the peer ended the handshake: {handshake.Message}", handshake)
            : new FabricException(FabricError.Untrusted, $"TLS: {handshake.InnerException?.Message ?? handshake.Message}", handshake);
    }

    /// <summary>Adds bytes to the record that is being filled; full ones are sent. Returns how far the last one is.</summary>
    private int Gather(MemoryVector vector, int filled)
    {
        var rest = RawMemory.ReadOnlySpan(vector.Address, (int)vector.LengthBytes);
        while (!rest.IsEmpty)
        {
            var count = Math.Min(rest.Length, PlainBytes - filled);
            rest[..count].CopyTo(_plain.AsSpan(filled));
            rest = rest[count..];
            filled += count;
            if (filled < PlainBytes)
                continue;
            Encrypt(filled);
            filled = 0;
        }
        return filled;
    }

    private void Encrypt(int count)
    {
        if (count == 0)
            return;
        _tls.Write(_plain, 0, count);
        Volatile.Write(ref _sentRecords, _sentRecords + 1);
    }

    /// <summary>False: the peer said that it was its last record.</summary>
    private bool TryDecrypt()
    {
        try
        {
            (_from, _to) = (0, _tls.Read(_plain, 0, PlainBytes));
            return _to > 0;
        }
        catch (IOException) when (_records.LastResult.IsError && !_records.HasRecord)
        {
            // A record without bytes for us, such as a change of keys; what the socket says after it comes again with the next call.
            return true;
        }
        catch (Exception e) when (e is IOException or AuthenticationException or CryptographicException)
        {
            throw new FabricException(FabricError.Corrupted, $"TLS: a record cannot be decrypted: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private int Scatter(ReadOnlySpan<MemoryVector> vectors)
    {
        var total = 0;
        foreach (var vector in vectors)
        {
            var count = Math.Min((int)vector.LengthBytes, _to - _from);
            _plain.AsSpan(_from, count).CopyTo(RawMemory.Span(vector.Address, count));
            _from += count;
            total += count;
        }
        return total;
    }
}
