using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>
/// Which frames have passed here, over all lives of this process: for each stream a file <c>PATH-STREAM</c> with a byte per sequence, how
/// often it came (bits 0 to 6) and whether it ever came behind a higher one (bit 7). The file is mapped: a SIGKILL loses nothing of it. Not
/// thread-safe.
/// </summary>
internal sealed class SequenceRecord(string path) : IDisposable
{
    /// <summary>Sequences that are recorded; the file has holes where nothing came.</summary>
    public const long SequencesMax = 1 << 22;

    private const byte CountMax = 0x7f, Disordered = 0x80;

    private readonly Dictionary<ulong, MemoryMappedViewAccessor> _streams = [];
    private (ulong Stream, ulong Sequence) _highest;

    public void Add(ulong stream, ulong sequence)
    {
        if (sequence >= SequencesMax)
            return;
        var record = Of(stream);
        var (count, isLate) = ((byte)(record.ReadByte((long)sequence) & CountMax),
            stream == _highest.Stream && sequence < _highest.Sequence);
        var marks = (byte)(record.ReadByte((long)sequence) & Disordered | (isLate ? Disordered : 0));
        record.Write((long)sequence, (byte)(Math.Min(count + 1, CountMax) | marks));
        if (!isLate)
            _highest = (stream, sequence);
    }

    public void Dispose()
    {
        foreach (var record in _streams.Values)
            record.Dispose();
    }

    private MemoryMappedViewAccessor Of(ulong stream)
    {
        if (_streams.TryGetValue(stream, out var record))
            return record;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var file = MemoryMappedFile.CreateFromFile($"{path}-{stream.ToString("x16", CultureInfo.InvariantCulture)}",
            FileMode.OpenOrCreate, null, SequencesMax);
        return _streams[stream] = file.CreateViewAccessor();
    }
}
