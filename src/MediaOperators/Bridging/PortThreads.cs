using System.Runtime.ExceptionServices;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>
/// A thread for each port, so that a port that waits holds no other one up. The first that fails stops the others, and
/// its failure is the one that is reported: theirs are its consequences.
/// </summary>
internal sealed class PortThreads : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly List<Task> _loops = [];
    private ExceptionDispatchInfo? _first;

    /// <param name="stopping">Stops all threads from outside.</param>
    public PortThreads(CancellationToken stopping) => _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);

    /// <summary>Runs a loop on a thread of its own. The loop ends soon after its token is cancelled.</summary>
    public void Start(string name, Action<CancellationToken> loop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loops.Add(ended.Task);
        new Thread(() => Run(loop, ended)) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Waits for all threads; throws what the first one that failed threw.</summary>
    public async Task WhenAllAsync()
    {
        await Task.WhenAll(_loops);
        _first?.Throw();
    }

    public void Dispose() => _stop.Dispose();

    private void Run(Action<CancellationToken> loop, TaskCompletionSource ended)
    {
        try
        {
            loop(_stop.Token);
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _first, ExceptionDispatchInfo.Capture(failure), null);
            _stop.Cancel();
        }
        ended.SetResult();
    }
}
