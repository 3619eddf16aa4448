namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// What happens at which steps of a run whose programs are the build with failpoints. Each order is carried out once, by the first of all
/// processes and lives that reaches the step so often, and leaves a mark.
/// </summary>
internal sealed class Failpoints : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kmf-failpoints-").FullName;
    private readonly List<string> _marks = [], _orders = [];

    public const string Variable = "K8SMEDIAFLOW_FAILPOINT";

    public static string Bin => Path.Combine(Programs.Root, "artifacts", "failpoints");

    /// <summary>Orders that were not carried out.</summary>
    public IEnumerable<string> Missing => _marks.Where(mark => !File.Exists(mark)).Select(Path.GetFileName)!;

    /// <param name="victim">The program, and a word of its command line.</param>
    /// <param name="action">KILL, or STOP and for how many seconds.</param>
    public Failpoints Add(string victim, string step, int count, string action)
    {
        var words = victim.Split(' ');
        var mark = Path.Combine(_folder, $"{victim} {step} {action}");
        _marks.Add(mark);
        _orders.Add(string.Join(';', words[0], words.ElementAtOrDefault(1) ?? "", step, count, action, mark));
        return this;
    }

    public LocalRun NewRun() => new()
    {
        CliProgram = Path.Combine(Bin, "k8smediaflow"),
        Environment = new Dictionary<string, string> { [Variable] = string.Join('|', _orders) },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
