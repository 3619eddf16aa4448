using System.Globalization;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Native;

/// <summary>
/// How long a process was ready to run and no processor was free for it: time in which it could not have said anything. A process that
/// hangs or is stopped is not ready to run, and waits for nothing. Not thread-safe.
/// </summary>
/// <remarks>
/// The kernel adds a wait to its count only when the thread runs again. A thread that gets no processor at all would look like one that
/// does nothing, so the wait that it is in counts from the first look that found it: it is ready to run, and has not run since.
/// </remarks>
/// <param name="processId">Of a process, ours or another.</param>
/// <param name="withDescendants">
/// Of the processes that it has started, too, and those that they have: a script does nothing itself but wait for its commands.
/// </param>
public sealed class ProcessorWait(int processId, bool withDescendants = false)
{
    // A tree without an end would only cost time.
    private const int ProcessesMax = 256;

    private Dictionary<string, Seen> _threads = [];

    /// <summary>
    /// Of all its threads together, since they began: an answer goes through several of them, and each may wait. Less than before where one
    /// has ended; zero where the kernel does not say, or there is no such process.
    /// </summary>
    public TimeSpan Look()
    {
        var now = MonotonicClock.Nanoseconds;
        var threads = new Dictionary<string, Seen>();
        foreach (var folder in Threads())
            if (Find(folder, now) is { } seen)
                threads[folder] = seen;
        _threads = threads;
        return threads.Values.Aggregate(TimeSpan.Zero, (sum, seen) => sum + seen.Waited(now));
    }

    private List<string> Threads()
    {
        List<int> processes = [processId];
        List<string> threads = [];
        for (var next = 0; next < Math.Min(processes.Count, ProcessesMax); next++)
            foreach (var folder in ThreadsOf(processes[next]))
            {
                threads.Add(folder);
                if (withDescendants)
                    processes.AddRange(ChildrenOf(folder));
            }
        return threads;
    }

    private static string[] ThreadsOf(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }

    // Each thread has those that it started itself.
    private static IEnumerable<int> ChildrenOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return [];
        }
    }

    private Seen? Find(string folder, long now)
    {
        try
        {
            var schedule = File.ReadAllText(Path.Combine(folder, "schedstat"));
            var waitsSince = !IsReady(folder) ? (long?)null
                : _threads.TryGetValue(folder, out var before) && before.Schedule == schedule ? before.WaitsSinceNs ?? now : now;
            return new Seen(schedule, waitsSince);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The letter behind its name, which may hold anything.</summary>
    private static bool IsReady(string folder)
    {
        var stat = File.ReadAllText(Path.Combine(folder, "stat"));
        return stat.AsSpan(stat.LastIndexOf(')') + 1).StartsWith(" R", StringComparison.Ordinal);
    }

    /// <param name="Schedule">Nanoseconds that it ran, nanoseconds that it waited before it ran, and how often it began to run.</param>
    /// <param name="WaitsSinceNs">The first look that found it ready with this schedule.</param>
    private sealed record Seen(string Schedule, long? WaitsSinceNs)
    {
        public TimeSpan Waited(long now) => Counted() + TimeSpan.FromMicroseconds((now - (WaitsSinceNs ?? now)) / 1000);

        private TimeSpan Counted() => Schedule.Split(' ') is [_, var waited, ..]
            && long.TryParse(waited, CultureInfo.InvariantCulture, out var nanoseconds)
                ? TimeSpan.FromMicroseconds(nanoseconds / 1000) : TimeSpan.Zero;
    }
}
