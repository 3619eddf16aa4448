using System.Globalization;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>What this process holds: nothing else may run beside a test that counts it.</summary>
/// <param name="Threads">All of its threads, those of the runtime too.</param>
/// <param name="Descriptors">Open files, sockets and events.</param>
/// <param name="Bytes">Memory of its own; shared memory is not in it.</param>
internal readonly record struct Footprint(int Threads, int Descriptors, long Bytes)
{
    public static Footprint Now()
    {
        // What is live, not what the collector keeps at hand.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var resident = File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return new Footprint(Directory.GetDirectories("/proc/self/task").Length, Directory.GetFileSystemEntries("/proc/self/fd").Length,
            long.Parse(resident.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10);
    }

    public static long WakeUps() => Directory.GetDirectories("/proc/self/task").Sum(Of);

    private static long Of(string task)
    {
        try
        {
            var line = File.ReadLines(Path.Combine(task, "status"))
                .First(line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal));
            return long.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return 0;
        }
    }
}
