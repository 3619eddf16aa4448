using System.Text;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>
/// The last lines that a child wrote to its standard error. Bounded: a broken input makes ffmpeg write a line per
/// packet. Thread-safe.
/// </summary>
internal sealed class StderrTail
{
    public const int LinesMax = 20;

    private const int LineCharsMax = 500;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _partial = new();

    /// <summary>How many lines there were in all.</summary>
    public long LineCount { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[256];
        lock (_lock)
            while (bytes.Length > 0)
            {
                _decoder.Convert(bytes, text, flush: false, out var used, out var written, out _);
                bytes = bytes[used..];
                foreach (var letter in text[..written])
                    Append(letter);
            }
    }

    /// <summary>The lines kept, oldest first, joined by "; ", the last one even if it was not ended.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            var lines = _partial.Length > 0 ? _lines.Append(_partial.ToString().Trim()) : _lines;
            return string.Join("; ", lines);
        }
    }

    private void Append(char letter)
    {
        if (letter is '\n' or '\r')
            EndLine();
        else if (_partial.Length < LineCharsMax)
            _partial.Append(letter);
    }

    private void EndLine()
    {
        var line = _partial.ToString().Trim();
        _partial.Clear();
        if (line.Length == 0)
            return;
        LineCount++;
        _lines.Enqueue(line);
        if (_lines.Count > LinesMax)
            _lines.Dequeue();
    }
}
