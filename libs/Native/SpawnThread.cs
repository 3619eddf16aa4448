using System.Collections.Concurrent;

namespace K8sMediaFlow.Native;

/// <summary>The one thread that starts children, and never ends.</summary>
/// <remarks>
/// PR_SET_PDEATHSIG is tied to the thread that forked, not to its process: from a pool thread a child would die when the pool shrinks.
/// </remarks>
internal static class SpawnThread
{
    private static readonly BlockingCollection<(SpawnRequest Request, TaskCompletionSource<int> ProcessId)> Requests = [];

    static SpawnThread() => new Thread(Run) { IsBackground = true, Name = "spawn" }.Start();

    internal static int Spawn(SpawnRequest request)
    {
        var processId = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((request, processId));
        return processId.Task.GetAwaiter().GetResult();
    }

    private static void Run()
    {
        foreach (var (request, processId) in Requests.GetConsumingEnumerable())
        {
            try
            {
                processId.SetResult(request.Spawn());
            }
            catch (NativeException failure)
            {
                processId.SetException(failure);
            }
        }
    }
}
