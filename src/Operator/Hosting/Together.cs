namespace K8sMediaFlow.Operator.Hosting;

/// <summary>
/// Loops none of which can do without the others: when one fails the rest are ended, and the failure is the caller's. Else half a process
/// would live on.
/// </summary>
internal static class Together
{
    public static async Task RunAsync(CancellationToken end, params IReadOnlyList<Func<CancellationToken, Task>> parts)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(end);
        var running = parts.Select(part => Task.Run(() => part(all.Token), CancellationToken.None)).ToList();
        await foreach (var done in Task.WhenEach(running))
        {
            if (!done.IsCompletedSuccessfully)
                await all.CancelAsync();
        }
        // The first cause: the cancellations that followed from it say nothing.
        await (running.FirstOrDefault(one => one.IsFaulted) ?? Task.WhenAll(running));
    }
}
