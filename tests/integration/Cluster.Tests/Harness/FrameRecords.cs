using System.Globalization;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// What became of the frames of a pipeline: the records that <c>generate --record</c> and <c>sink --record</c> keep, compared.
/// </summary>
/// <param name="Sent">Frames that the source sent, up to the last one of each stream that came.</param>
/// <param name="Received">Different frames that came.</param>
/// <param name="Lost">Sent, not received, and not in flight.</param>
/// <param name="Doubled">Came more than once.</param>
/// <param name="Disordered">Came behind a later one.</param>
internal sealed record FrameAccount(long Sent, long Received, long Lost, long Doubled, long Disordered)
{
    private const byte CountBits = 0x7f, DisorderedBit = 0x80;

    /// <summary>Compares the records in the folder. What the newest stream has sent beyond the last frame that came is in flight.</summary>
    public static FrameAccount Of(string folder, string sent, string seen)
    {
        var account = new FrameAccount(0, 0, 0, 0, 0);
        var streams = Directory.GetFiles(folder, sent + "-*").OrderBy(File.GetCreationTimeUtc).ToList();
        foreach (var file in streams)
            account += OfStream(Read(file), Read(Path.Combine(folder, seen + Path.GetFileName(file)[sent.Length..])),
                isFlowing: file == streams[^1]);
        return account;
    }

    /// <summary>Different frames that came by now.</summary>
    public static long Seen(string folder, string seen) => Directory.Exists(folder)
        ? Directory.GetFiles(folder, seen + "-*").Sum(file => (long)Read(file).Count(static mark => mark != 0))
        : 0;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"sent {Sent}, received {Received}, lost {Lost}, doubled {Doubled}, out of order {Disordered}");

    public static FrameAccount operator +(FrameAccount left, FrameAccount right) =>
        new(left.Sent + right.Sent, left.Received + right.Received,
        left.Lost + right.Lost, left.Doubled + right.Doubled, left.Disordered + right.Disordered);

    private static FrameAccount OfStream(byte[] sent, byte[] seen, bool isFlowing)
    {
        var last = isFlowing ? Array.FindLastIndex(seen, mark => mark != 0) : sent.Length - 1;
        var account = new FrameAccount(0, 0, 0, 0, 0);
        for (var sequence = 0; sequence <= last; sequence++)
        {
            var (wasSent, mark) = (sequence < sent.Length && sent[sequence] != 0, sequence < seen.Length ? seen[sequence] : (byte)0);
            account += new FrameAccount(wasSent ? 1 : 0, mark != 0 ? 1 : 0, wasSent && mark == 0 ? 1 : 0, (mark & CountBits) > 1 ? 1 : 0,
                (mark & DisorderedBit) != 0 ? 1 : 0);
        }
        return account;
    }

    // Up to the last mark: the files are large and mostly holes.
    private static byte[] Read(string file)
    {
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[65536];
        var length = stream.Read(bytes);
        // A record that was made a moment ago has no length yet.
        return length == 0 ? [] : bytes[..(Array.FindLastIndex(bytes, length - 1, mark => mark != 0) + 1)];
    }
}
