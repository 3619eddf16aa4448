using System.Globalization;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>
/// The most memory that a process and all below it have at once, asked for five times a second. A page that several map counts once.
/// </summary>
internal sealed class TreeWeight : IDisposable
{
    private readonly int _root;
    private readonly Timer _timer;
    private long _peakKilobytes;

    public TreeWeight(int root)
    {
        _root = root;
        _timer = new Timer(_ => Weigh(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }

    public double PeakMegabytes => Interlocked.Read(ref _peakKilobytes) / 1024.0;

    public void Dispose() => _timer.Dispose();

    private void Weigh()
    {
        var sum = Tree().Sum(Kilobytes);
        if (sum > Interlocked.Read(ref _peakKilobytes))
            Interlocked.Exchange(ref _peakKilobytes, sum);
    }

    private IEnumerable<int> Tree()
    {
        var children = Directory.GetDirectories("/proc").Select(path => Path.GetFileName(path))
            .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name, CultureInfo.InvariantCulture))
            .ToLookup(Parent);
        for (var ahead = new Stack<int>([_root]); ahead.TryPop(out var process);)
        {
            yield return process;
            foreach (var child in children[process])
                ahead.Push(child);
        }
    }

    /// <summary>The fourth field of stat, behind a name that may hold blanks; 0 for a process that has gone.</summary>
    private static int Parent(int process) => Read(process, "stat") is { Length: > 0 } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture)
        : 0;

    private static long Kilobytes(int process) => Read(process, "smaps_rollup").Split('\n')
        .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)).Sum();

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
