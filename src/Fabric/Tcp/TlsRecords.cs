using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// The stream that TLS reads from and writes to: encrypted records, many in one call of the socket. It hands out whole records only, one
/// at a time, so that TLS never waits inside one and what it holds is always known.
/// </summary>
internal sealed class TlsRecords(PlainChannel socket) : Stream
{
    private const int PrefixBytes = 5, LengthOffset = 3;

    /// <summary>RFC 8446 section 5.2: 2^14 and 256 for the cipher.</summary>
    private const int RecordBytesMax = PrefixBytes + (1 << 14) + 256;

    /// <summary>More saves no processor time; at least one record, and room to read on behind it.</summary>
    private const int BufferBytes = 4 * RecordBytesMax;

    private readonly byte[] _incoming = GC.AllocateArray<byte>(BufferBytes, pinned: true);
    private readonly byte[] _outgoing = GC.AllocateArray<byte>(BufferBytes, pinned: true);
    private int _from, _to, _recordLeft, _queued;

    /// <summary>How long <see cref="Read(Span{byte})"/> waits for a record: all of it for a handshake, not at all afterwards.</summary>
    public ReceiveWait Wait { get; set; }

    /// <summary>What the socket said last, where TLS has only heard that it failed.</summary>
    public SocketResult LastResult { get; private set; }

    /// <summary>Whether a whole record is there.</summary>
    public bool HasRecord => _recordLeft > 0 || (_to - _from >= PrefixBytes && _to - _from >= RecordBytes());

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>One call of the socket: bytes of the records that come next.</summary>
    public SocketResult Fill(ReceiveWait wait)
    {
        MakeRoom();
        var room = new MemoryVector(Marshal.UnsafeAddrOfPinnedArrayElement(_incoming, _to), BufferBytes - _to);
        LastResult = socket.Receive([room], wait);
        _to += Math.Max(0, LastResult.Bytes);
        return LastResult;
    }

    public override int Read(Span<byte> buffer)
    {
        while (!HasRecord)
        {
            var filled = Fill(Wait);
            if (filled.IsError)
                throw new IOException($"no TLS record: {filled}");
            if (filled.Bytes == 0)
                return 0;
        }
        if (_recordLeft == 0)
            _recordLeft = RecordBytes();
        var count = Math.Min(buffer.Length, _recordLeft);
        _incoming.AsSpan(_from, count).CopyTo(buffer);
        _from += count;
        _recordLeft -= count;
        return count;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, BufferBytes - _queued);
            buffer[..count].CopyTo(_outgoing.AsSpan(_queued));
            _queued += count;
            buffer = buffer[count..];
            if (_queued == BufferBytes)
                Flush();
        }
    }

    /// <summary>TLS flushes a handshake, and its channel each frame.</summary>
    public override void Flush()
    {
        if (_queued == 0)
            return;
        LastResult = socket.SendAll([new MemoryVector(Marshal.UnsafeAddrOfPinnedArrayElement(_outgoing, 0), _queued)]);
        _queued = 0;
        if (LastResult.IsError)
            throw new IOException($"TLS records not sent: {LastResult}");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int RecordBytes()
    {
        var length = PrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(_incoming.AsSpan(_from + LengthOffset));
        return length <= RecordBytesMax
            ? length
            : throw new FabricException(FabricError.Corrupted, $"TLS: a record of {length} bytes, at most {RecordBytesMax} are allowed");
    }

    private void MakeRoom()
    {
        if (_from == _to)
            (_from, _to) = (0, 0);
        else if (BufferBytes - _from < RecordBytesMax)
        {
            _incoming.AsSpan(_from, _to - _from).CopyTo(_incoming);
            (_from, _to) = (0, _to - _from);
        }
        Invariant.That(_to < BufferBytes);
    }
}
