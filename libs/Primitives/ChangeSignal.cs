namespace K8sMediaFlow.Primitives;

/// <summary>
/// Tells all who wait that something has changed. A waiter takes <see cref="Next"/> first, then looks at what may have changed, then waits:
/// what changes after the look completes the task. Thread-safe.
/// </summary>
public sealed class ChangeSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next <see cref="Raise"/>.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).SetResult();

    /// <summary>Waits for a change, but not longer than that.</summary>
    /// <exception cref="OperationCanceledException"/>
    public static async Task WaitAsync(Task change, TimeSpan atMost, CancellationToken cancellationToken)
    {
        await change.WaitAsync(atMost, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    // Who is woken must not run on the thread, and under the locks, of the one who tells.
    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
