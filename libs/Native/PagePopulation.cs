using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Native;

/// <summary>
/// Fills page tables behind those who map memory: one mapping after the other, from its beginning, on a thread that lives as long as there
/// is something to do. Who touches a page first pays for a page fault, and for nothing else.
/// </summary>
internal static class PagePopulation
{
    /// <summary>How much is filled at a time: a mapping that is disposed waits for no more than that.</summary>
    public const int ChunkBytes = 4 << 20;

    private static readonly Lock s_gate = new();
    private static readonly Queue<MappedMemory> s_waiting = new();
    private static bool s_isRunning;

    /// <summary>Called before each chunk with the mapping, for tests.</summary>
    internal static Action<MappedMemory>? BeforeChunk { get; set; }

    public static void Begin(MappedMemory memory)
    {
        lock (s_gate)
        {
            s_waiting.Enqueue(memory);
            if (s_isRunning)
                return;
            s_isRunning = true;
        }
        try
        {
            new Thread(Run) { IsBackground = true, Name = "page tables" }.Start();
        }
        catch (OutOfMemoryException)
        {
            // No thread is left: then the caller waits, as it would without this.
            Run();
        }
    }

    private static void Run()
    {
        while (Next() is { } memory)
            for (var offset = 0L; offset < memory.LengthBytes; offset += ChunkBytes)
            {
                BeforeChunk?.Invoke(memory);
                if (!memory.TryPopulate(offset, Math.Min(ChunkBytes, memory.LengthBytes - offset)))
                    break;
            }
    }

    private static MappedMemory? Next()
    {
        lock (s_gate)
        {
            s_isRunning = s_waiting.TryDequeue(out var memory);
            Invariant.That(s_isRunning == memory is not null);
            return memory;
        }
    }
}
