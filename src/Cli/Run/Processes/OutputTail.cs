using System.Text;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>
/// What a child writes to its standard output and error: the last lines are kept for the error message, each line goes to a listener.
/// A thread of its own reads, so that a child never waits for us.
/// </summary>
internal sealed class OutputTail : IDisposable
{
    private const int LinesMax = 20;
    private const int LineCharsMax = 2000;
    private const int PollMs = 100;
    private readonly Pipe _pipe = new();
    private readonly Action<string> _heard;
    private readonly Queue<string> _lines = new();
    private readonly Thread _thread;
    private volatile bool _closing;

    public OutputTail(string name, Action<string> heard)
    {
        _heard = heard;
        _thread = new Thread(Pump) { IsBackground = true, Name = name };
    }

    /// <summary>The descriptor that the child writes to; ours until <see cref="Start"/>.</summary>
    public int ChildDescriptor => _pipe.WriteEnd.Descriptor;

    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lines)
                return _lines.ToArray();
        }
    }

    /// <summary>Call when the child has its own copy of the descriptor.</summary>
    public void Start()
    {
        _pipe.WriteEnd.Dispose();
        _thread.Start();
    }

    /// <summary>Waits a moment for the last words, which may still be in the pipe; a grandchild may hold it open for ever.</summary>
    public void Dispose()
    {
        _closing = true;
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted) || _thread.Join(TimeSpan.FromSeconds(5)))
            _pipe.Dispose();
    }

    private void Pump()
    {
        var buffer = new byte[16 << 10];
        var chars = new char[buffer.Length];
        var decoder = Encoding.UTF8.GetDecoder();
        var line = new StringBuilder();
        while (_pipe.ReadEnd.Read(buffer, PollMs) is var length && length != 0)
        {
            if (length == PipeEnd.TimedOut)
            {
                if (_closing)
                    break;
                continue;
            }

            Split(chars.AsSpan(0, decoder.GetChars(buffer, 0, length, chars, 0)), line);
        }

        EndLine(line);
    }

    private void Split(ReadOnlySpan<char> text, StringBuilder line)
    {
        foreach (var one in text)
        {
            // A carriage return alone is a progress line's end.
            if (one is '\n' or '\r')
                EndLine(line);
            else if (line.Length < LineCharsMax)
                line.Append(char.IsControl(one) ? ' ' : one);
        }
    }

    private void EndLine(StringBuilder line)
    {
        if (line.Length == 0)
            return;
        var text = line.ToString();
        line.Clear();
        lock (_lines)
        {
            if (_lines.Count == LinesMax)
                _lines.Dequeue();
            _lines.Enqueue(text);
        }

        _heard(text);
    }
}
