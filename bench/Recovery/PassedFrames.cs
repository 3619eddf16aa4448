using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace K8sMediaFlow.Bench.Recovery;

/// <summary>The record of one port, as it grows: a byte for each sequence that has passed.</summary>
internal sealed class PassedFrames : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromMinutes(2);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _marks;
    private long _highest;

    /// <summary>Waits until there is one.</summary>
    public PassedFrames(string folder, string name)
    {
        string[] files = [];
        Await(() => (files = Directory.GetFiles(folder, name + "-video-*")).Length > 0 && new FileInfo(files[0]).Length > 0, name);
        _file = MemoryMappedFile.CreateFromFile(files[0], FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _marks = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <summary>The last sequence that has passed.</summary>
    public long Highest()
    {
        while (_marks.ReadByte(_highest + 1) != 0)
            _highest++;
        return _highest;
    }

    /// <summary>Waits for a frame; returns when it was seen, on the clock of <see cref="Stopwatch"/>.</summary>
    public long AwaitFrame(long sequence)
    {
        Await(() => _marks.ReadByte(sequence) != 0, $"frame {sequence}");
        return Stopwatch.GetTimestamp();
    }

    public void Dispose()
    {
        _marks.Dispose();
        _file.Dispose();
    }

    private static void Await(Func<bool> condition, string what)
    {
        for (var waited = Stopwatch.StartNew(); !condition(); Thread.Sleep(Look))
            if (waited.Elapsed > Patience)
                throw new TimeoutException($"{what} did not come within {Patience}");
    }
}
