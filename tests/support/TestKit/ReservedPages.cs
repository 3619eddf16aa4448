using System.Globalization;

namespace K8sMediaFlow.TestKit;

/// <summary>
/// So many huge pages of 2 MiB, and no more, are free on this machine for the time of a test. Needs root; one test at a time, over all
/// processes.
/// </summary>
public sealed class ReservedPages : IDisposable
{
    private const string Folder = "/sys/kernel/mm/hugepages/hugepages-2048kB/";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly FileStream _turn;
    private readonly int _before, _surplus;

    public ReservedPages(int count)
    {
        _turn = TakeTurn();
        // A page that was in use when its reservation ended is surplus, and goes when it is given back.
        _surplus = Read("surplus_hugepages");
        _before = Read("nr_hugepages") - _surplus;
        // Memory that is in pieces has no whole 2 MiB: the kernel puts them together when asked.
        File.WriteAllText("/proc/sys/vm/compact_memory", "1");
        Reserve(Read("nr_hugepages") - Free + count);
        if (Free is var got && got != count)
        {
            Dispose();
            throw new InvalidOperationException($"the machine has {got} huge pages free, the test needs {count}");
        }
    }

    /// <summary>In nobody's use.</summary>
    public static int Free => Read("free_hugepages");

    public void Dispose()
    {
        Reserve(_before);
        // What the test has let go of may be given back a little later; the next test must not find it come back under its own count. What
        // others hold stays.
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (Read("surplus_hugepages") > _surplus && DateTime.UtcNow < until)
            Thread.Sleep(20);
        _turn.Dispose();
    }

    private static int Read(string file) => int.Parse(File.ReadAllText(Folder + file), CultureInfo.InvariantCulture);

    private static void Reserve(int count) => File.WriteAllText(Folder + "nr_hugepages", count.ToString(CultureInfo.InvariantCulture));

    private static FileStream TakeTurn()
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Path.GetTempPath(), "k8smediaflow-tests-huge-pages"), FileMode.OpenOrCreate,
                    FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (DateTime.UtcNow < until)
            {
                Thread.Sleep(50);
            }
        }
    }
}
