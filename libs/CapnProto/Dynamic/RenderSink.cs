using System.Buffers;
using System.Buffers.Text;
using System.Text;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// Where rendered bytes go: to the output, or, while something is measured to see whether it fits into a line, nowhere. Measuring
/// stops at the first byte too many, so it costs no more than a line per value, however large the value.
/// </summary>
internal sealed class RenderSink(IBufferWriter<byte> output, RenderOptions options)
{
    private long _writtenBytes;
    private long _lineBytes;
    private int _depth;

    public bool IsMeasuring { get; private set; }

    /// <summary>What is being measured does not fit: the rest need not be looked at.</summary>
    public bool IsOver => IsMeasuring && _lineBytes < 0;

    /// <summary>All that was begun has ended.</summary>
    public bool IsAtRest => _depth == 0 && !IsMeasuring;

    public void Measure(int lineBytes)
    {
        Invariant.That(!IsMeasuring);
        IsMeasuring = true;
        _lineBytes = lineBytes;
    }

    /// <summary>Ends measuring; the bytes that were left, negative if it did not fit.</summary>
    public long Measured()
    {
        Invariant.That(IsMeasuring);
        IsMeasuring = false;
        return _lineBytes;
    }

    /// <summary>
    /// As <see cref="Measured()"/>. What was measured is visited again to be written: the budget is for visits that a reader would make.
    /// </summary>
    public long Measured(ref MessageReader message, long budgetWords)
    {
        message.Restore(budgetWords);
        return Measured();
    }

    /// <summary>One level deeper.</summary>
    public void Enter()
    {
        if (++_depth > options.DepthMax)
            CapnProtoException.Throw(CapnProtoError.DepthLimit);
    }

    public void Leave()
    {
        Invariant.That(_depth > 0);
        _depth--;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (IsMeasuring)
        {
            _lineBytes -= bytes.Length;
            return;
        }

        _writtenBytes += bytes.Length;
        if (_writtenBytes > options.OutputBytesMax)
            CapnProtoException.Throw(CapnProtoError.TooLarge, $"rendered, the message has more than {options.OutputBytesMax} bytes");
        output.Write(bytes);
    }

    public void Write(string text)
    {
        Span<byte> room = stackalloc byte[256];
        if (Encoding.UTF8.TryGetBytes(text, room, out var count))
            Write(room[..count]);
        else
            Write(Encoding.UTF8.GetBytes(text));
    }

    public void Write(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var count);
        Write(digits[..count]);
    }

    public void Write(ulong number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var count);
        Write(digits[..count]);
    }

    /// <summary>A line break and so many spaces.</summary>
    public void NewLine(int spaces)
    {
        Write("\n"u8);
        for (; spaces > 0; spaces -= 16)
            Write("                "u8[..Math.Min(16, spaces)]);
    }
}
