using System.Buffers;
using System.Text;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// Hands UTF-8 on to a text writer, a buffer at a time: characters may be split between two writes. Dispose writes the rest.
/// </summary>
public sealed class TextWriterOutput(TextWriter writer) : IBufferWriter<byte>, IDisposable
{
    private const int BufferBytes = 16 << 10;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private byte[] _bytes = new byte[BufferBytes];
    private char[] _chars = new char[BufferBytes];
    private int _count;

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_bytes.Length - _count < Math.Max(1, sizeHint))
            Flush(isLast: false);
        if (_bytes.Length < sizeHint)
            _bytes = new byte[sizeHint];
        return _bytes.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose() => Flush(isLast: true);

    private void Flush(bool isLast)
    {
        if (_chars.Length < _count + 4)
            _chars = new char[_count + 4];
        var count = _decoder.GetChars(_bytes, 0, _count, _chars, 0, isLast);
        writer.Write(_chars, 0, count);
        _count = 0;
    }
}
