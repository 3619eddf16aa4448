using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>Which of a program's descriptors are pipes to or from us. Its standard error always is.</summary>
/// <param name="Inputs">Descriptors that the program reads and we write.</param>
/// <param name="Outputs">Descriptors that the program writes and we read.</param>
internal sealed record PipedDescriptors(IReadOnlyList<int> Inputs, IReadOnlyList<int> Outputs);

/// <summary>
/// A child program that frames are piped to or from. It dies with us; what it says on its standard error is kept for
/// the report of its failure. Each pipe may be used by a thread of its own.
/// </summary>
internal sealed class PipedProcess : IDisposable
{
    private const int StandardError = 2;
    private const int SliceMs = 200;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    // What the program had said is in the pipe when it ends; only a grandchild that lives on makes this wait run out.
    private static readonly TimeSpan _lastWordsPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lastWordsStep = _lastWordsPatience / 5;

    /// <summary>
    /// How often to look for what a program has not done yet. What it waited for a processor is known two looks later at the latest: the
    /// shorter a step, the less of a patience is taken for idleness that was none.
    /// </summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly string _program;
    private readonly Dictionary<int, PipeEnd> _ends = [];
    private readonly Thread _errorReader;
    private readonly StderrTail _errors = new();
    private readonly ChildProcess _child;
    private volatile bool _isClosing;

    private PipedProcess(string program, IReadOnlyList<string> arguments, PipedDescriptors descriptors,
        IReadOnlyDictionary<string, string?> environment)
    {
        _program = Path.GetFileName(program);
        var theirs = new Dictionary<int, PipeEnd>();
        try
        {
            foreach (var descriptor in descriptors.Inputs)
                Connect(descriptor, theirs, weWrite: true);
            foreach (var descriptor in descriptors.Outputs.Append(StandardError))
                Connect(descriptor, theirs, weWrite: false);
            _child = Spawn(program, arguments, theirs, environment);
        }
        catch
        {
            CloseAll(_ends);
            throw;
        }
        finally
        {
            // Only the child may hold its ends, or the end of a stream would never be seen.
            CloseAll(theirs);
        }
        _errorReader = new Thread(ReadErrors) { IsBackground = true, Name = _program + " stderr" };
        _errorReader.Start();
    }

    /// <summary>The program's process.</summary>
    public int ProcessId => _child.ProcessId;

    /// <summary>Lines that the program wrote to its standard error so far.</summary>
    public long ErrorLineCount => _errors.LineCount;

    /// <summary>The last of those lines.</summary>
    public string ErrorText => _errors.ToString();

    /// <summary>Starts a program by path or by a name in PATH; throws <see cref="MediaException"/> if there is none.</summary>
    /// <param name="environment">Laid over our own environment; null for that alone.</param>
    public static PipedProcess Start(string program, IReadOnlyList<string> arguments, PipedDescriptors descriptors,
        IReadOnlyDictionary<string, string?>? environment = null) =>
        new(program, arguments, descriptors, environment ?? new Dictionary<string, string?>());

    /// <summary>Our end of one of the program's piped descriptors.</summary>
    public PipeEnd End(int descriptor) => _ends[descriptor];

    /// <summary>Says end of stream to the program on one of its inputs.</summary>
    public void CloseEnd(int descriptor) => _ends[descriptor].Dispose();

    /// <summary>Ends the program now. Its pipes then end, so that a thread that reads or writes them goes on.</summary>
    public void Kill() => _child.Kill();

    /// <summary>Ends when the program has; false when that is no success.</summary>
    public async Task<bool> EndsWellAsync() => (await _child.WaitAsync()).IsSuccess;

    /// <summary>
    /// Whether the program has ended or is about to, and that is no success. After the end of one of its pipes this is final.
    /// </summary>
    public bool Fails(TimeSpan patience) => _child.IsEnding && EndsWithin(patience) && _child.Wait(TimeSpan.Zero) is { IsSuccess: false };

    /// <summary>Whether the program ends within the time, as far as it counts: see <see cref="NewPatience"/>.</summary>
    public bool EndsWithin(TimeSpan patience)
    {
        var waiting = NewPatience();
        while (_child.Wait(Step) is null)
            if (waiting.Look() >= patience)
                return false;
        return true;
    }

    /// <summary>
    /// Counts time in which the program or this one could have done something: starved is not dead. A look is due in every
    /// <see cref="Step"/>.
    /// </summary>
    public Patience NewPatience()
    {
        var (its, ours) = (new ProcessorWait(ProcessId, withDescendants: true), new ProcessorWait(Environment.ProcessId));
        return new(Step, () => its.Look() + ours.Look());
    }

    /// <summary>
    /// Waits for the program's end; throws <see cref="MediaException"/> with its own words if that is not a success or does not come in
    /// time.
    /// </summary>
    public void WaitForSuccess(TimeSpan patience)
    {
        if (!EndsWithin(patience))
            throw new MediaException($"{_program} did not end within {patience.TotalSeconds:0} s");
        AwaitLastWords();
        if (_child.Wait(TimeSpan.Zero) is { IsSuccess: false } exit)
            throw new MediaException(Failure(exit));
    }

    private void AwaitLastWords()
    {
        var waiting = NewPatience();
        while (!_errorReader.Join(_lastWordsStep))
            if (waiting.Look() >= _lastWordsPatience)
                return;
    }

    public void Dispose()
    {
        _child.Kill();
        _child.Wait(_patience);
        _isClosing = true;
        _errorReader.Join(_patience);
        CloseAll(_ends);
    }

    private string Failure(ChildExit exit)
    {
        var end = exit.ExitCode is { } code ? $"code {code}" : $"signal {exit.Signal}";
        var words = ErrorText;
        return $"{_program} ended with {end}: {(words.Length > 0 ? words : "it said nothing")}";
    }

    private void Connect(int descriptor, Dictionary<int, PipeEnd> theirs, bool weWrite)
    {
        var pipe = new Pipe();
        _ends[descriptor] = weWrite ? pipe.WriteEnd : pipe.ReadEnd;
        theirs[descriptor] = weWrite ? pipe.ReadEnd : pipe.WriteEnd;
    }

    private static ChildProcess Spawn(string program, IReadOnlyList<string> arguments, Dictionary<int, PipeEnd> theirs,
        IReadOnlyDictionary<string, string?> environment)
    {
        try
        {
            return ChildProcess.Start(new ChildProcessOptions
            {
                File = program,
                Arguments = arguments,
                Environment = environment,
                Descriptors = theirs.ToDictionary(pair => pair.Key, pair => pair.Value.Descriptor),
            });
        }
        catch (FileNotFoundException missing)
        {
            throw new MediaException($"program '{program}' is not installed", missing);
        }
    }

    // In slices: a grandchild that inherited the descriptor may hold it open long after the program has ended.
    private void ReadErrors()
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (!_isClosing)
        {
            var length = End(StandardError).Read(buffer, SliceMs);
            if (length == 0)
                break;
            _errors.Append(buffer[..Math.Max(length, 0)]);
        }
    }

    private static void CloseAll(Dictionary<int, PipeEnd> ends)
    {
        foreach (var end in ends.Values)
            end.Dispose();
    }
}
