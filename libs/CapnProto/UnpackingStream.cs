using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// The unpacked bytes of a packed stream. Reads ahead, so the inner stream is this one's alone; read in pieces of at least a word.
/// </summary>
internal sealed class UnpackingStream(Stream inner) : Stream
{
    private const int CapacityBytes = 16 * 1024;

    private readonly byte[] _packed = new byte[CapacityBytes];
    private PackedDecoder _decoder;
    private int _start;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int written;
        while ((written = Decode(buffer)) == 0 && Arrived(inner.Read(_packed.AsSpan(_end))))
        {
        }

        return written;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int written;
        while ((written = Decode(buffer.Span)) == 0
            && Arrived(await inner.ReadAsync(_packed.AsMemory(_end), cancellationToken).ConfigureAwait(false)))
        {
        }

        return written;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Decode(Span<byte> target)
    {
        _decoder.Decode(_packed.AsSpan(_start, _end - _start), target, out var consumed, out var written);
        _start += consumed;
        Invariant.That(_start <= _end);
        if (written == 0)
            Compact();
        return written;
    }

    /// <summary>What is left is part of one item, so there is always room to read on.</summary>
    private void Compact()
    {
        _packed.AsSpan(_start, _end - _start).CopyTo(_packed);
        _end -= _start;
        _start = 0;
    }

    private bool Arrived(int lengthBytes)
    {
        _end += lengthBytes;
        if (lengthBytes == 0 && (_end > 0 || !_decoder.IsBetweenRuns))
            CapnProtoException.Throw(CapnProtoError.BadFraming, "the packed stream ends within an item");
        return lengthBytes > 0;
    }
}
