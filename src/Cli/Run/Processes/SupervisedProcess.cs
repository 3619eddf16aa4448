using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>One life of a child: it dies with us, its words are kept, and it can be asked to stop and then made to.</summary>
internal sealed class SupervisedProcess : IDisposable
{
    private const int SigTerm = 15;

    /// <summary>The part that counts of time in which the machine had no processor free.</summary>
    public const double BusyShare = 0.25;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private readonly ChildProcess _child;
    private readonly OutputTail _tail;

    private SupervisedProcess(ChildProcess child, OutputTail tail)
    {
        _child = child;
        _tail = tail;
    }

    public int ProcessId => _child.ProcessId;

    public bool HasExited => _child.HasExited;

    /// <param name="name">For the thread that reads its words.</param>
    /// <param name="heard">Gets each line that it writes, on that thread.</param>
    /// <exception cref="RunException">There is no such program, or it cannot be started.</exception>
    public static SupervisedProcess Start(string name, ProcessCommand command, Action<string> heard)
    {
        var tail = new OutputTail(name, heard);
        try
        {
            var child = ChildProcess.Start(new ChildProcessOptions
            {
                File = command.File,
                Arguments = command.Arguments,
                Environment = command.Environment,
                Descriptors = new Dictionary<int, int> { [1] = tail.ChildDescriptor, [2] = tail.ChildDescriptor },
                OnParentDeath = ParentDeathSignal.Kill,
                OwnGroup = true,
            });
            tail.Start();
            return new SupervisedProcess(child, tail);
        }
        catch (Exception error) when (error is NativeException or IOException)
        {
            tail.Dispose();
            throw new RunException($"{name} cannot be started: {error.Message}", error);
        }
    }

    public Task<ChildExit> WaitAsync(CancellationToken cancellation) => _child.WaitAsync(cancellation);

    /// <summary>Asks it to end, and kills it when it has not within <paramref name="patience"/>.</summary>
    public async Task<ChildExit> StopAsync(TimeSpan patience)
    {
        _child.Kill(SigTerm);
        if (!await EndsWithinAsync(patience, CancellationToken.None))
            _child.Kill();
        return await _child.WaitAsync(CancellationToken.None);
    }

    /// <summary>
    /// Whether it ends by itself within the time. Of time in which the machine had no processor free, for it or for what it waits for, a
    /// quarter counts.
    /// </summary>
    public async Task<bool> EndsWithinAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var exit = _child.WaitAsync(cancellation);
        var patience = new Patience(Step, static () => ProcessorPressure.Waited, BusyShare);
        while (!exit.IsCompleted && patience.Look() < limit)
            await Task.WhenAny(exit, Task.Delay(limit < Step ? limit : Step, cancellation));
        cancellation.ThrowIfCancellationRequested();
        return exit.IsCompleted;
    }

    public void Kill() => _child.Kill();

    /// <summary>Its last lines, each on its own line; complete once it has ended.</summary>
    public IReadOnlyList<string> LastWords()
    {
        _tail.Dispose();
        return _tail.LastLines;
    }

    public void Dispose() => _tail.Dispose();
}
