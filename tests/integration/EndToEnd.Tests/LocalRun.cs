using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// One <c>k8smediaflow run</c> in a folder of its own, with the means to look at its processes, kill them, and count what it left.
/// </summary>
internal sealed partial class LocalRun : IDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    public LocalRun()
    {
        Folder = Directory.CreateTempSubdirectory("kmf-e2e-").FullName;
    }

    /// <summary>Stands for the volume <c>media</c> of the pipelines; runs keep their sockets below it too.</summary>
    public string Folder { get; }

    /// <summary>Another one than this build's.</summary>
    public string CliProgram { get; init; } = Programs.Cli;

    /// <summary>Laid over the tests' own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string Log => string.Join('\n', _lines);

    public int Pid => _process!.Id;

    /// <summary>Plain lines name each edge once a second, with its count of frames.</summary>
    public bool Flows => _lines.Any(line => FlowLine().IsMatch(line));

    /// <summary>The same of the edges whose line holds the text.</summary>
    public bool FlowsOn(string edge) => _lines.Any(line => line.Contains(edge, StringComparison.Ordinal) && FlowLine().IsMatch(line));

    public string Media(string name) => Path.Combine(Folder, name);

    public LocalRun Start(string document, params string[] more)
    {
        string[] volume = document.Contains("volumes:", StringComparison.Ordinal) ? ["--set", $"media={Folder}"] : [];
        _process = Process.Start(Command(["run", Write(document), .. volume, .. more]))!;
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return this;
    }

    /// <summary>Writes the document into the folder and returns its path.</summary>
    public string Write(string document)
    {
        var file = Path.Combine(Folder, "pipeline.yaml");
        File.WriteAllText(file, document);
        return file;
    }

    /// <summary>Another command of the Cli, which sees no runs but this one, to its end.</summary>
    public (int ExitCode, string Output, string Errors) Cli(params string[] arguments) => Programs.Run(Command(arguments));

    public int AwaitExit()
    {
        if (!_process!.WaitForExit(Hang.LongBound))
            throw new TimeoutException($"the run did not end:\n{Log}");
        // What it said is complete when its output has ended too.
        ProcessEnd.IsComplete(_process).ShouldBeTrue($"the run has ended, but its output has not:\n{Log}");
        return _process.ExitCode;
    }

    public bool HasExited => _process!.HasExited;

    public void WaitFor(Func<bool> condition, string what)
    {
        var limit = Stopwatch.StartNew();
        while (!condition())
        {
            if (limit.Elapsed > Hang.LongBound || _process!.HasExited)
                throw new TimeoutException($"{what} did not happen:\n{Log}");
            Thread.Sleep(20);
        }
    }

    /// <summary>The processes of this run whose command line holds the text, by process id.</summary>
    public IReadOnlyList<int> Processes(string text = "") =>
        [.. OwnProcesses().Where(pid => CommandLine(pid).Contains(text, StringComparison.Ordinal))];

    /// <summary>The sidecar of a pod, known by its configuration file.</summary>
    public int Sidecar(string pod) => Processes("k8smediaflow-sidecar").First(pid => IsOfPod(pid, pod));

    /// <summary>Kills a pod's sidecar; false when there is none at the moment.</summary>
    public bool KillSidecar(string pod)
    {
        var found = Processes("k8smediaflow-sidecar").Where(pid => IsOfPod(pid, pod)).ToList();
        found.ForEach(Kill);
        return found.Count > 0;
    }

    public static void Kill(int pid) => Signal("KILL", pid);

    public static void Signal(string name, int pid) =>
        Programs.Run("kill", "-" + name, pid.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What a run must not leave: processes (and with them memory, as ours is anonymous) and sockets.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        var limit = Stopwatch.StartNew();
        IReadOnlyList<string> left;
        do
        {
            left = [.. OwnProcesses().Select(pid => $"process {pid}: {CommandLine(pid)}"), .. Sockets(), .. TemporaryFiles()];
            Thread.Sleep(left.Count == 0 ? 0 : 100);
        }
        while (left.Count > 0 && limit.Elapsed < Hang.Bound);
        return left;
    }

    public void Dispose()
    {
        foreach (var pid in OwnProcesses())
            Kill(pid);
        _process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private ProcessStartInfo Command(string[] arguments)
    {
        var start = new ProcessStartInfo(CliProgram, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // The run's folders lie below the test's own, so that what is left can be counted.
        start.Environment["XDG_RUNTIME_DIR"] = Directory.CreateDirectory(Path.Combine(Folder, "rt")).FullName;
        start.Environment["TMPDIR"] = Directory.CreateDirectory(Path.Combine(Folder, "tmp")).FullName;
        start.Environment["KMF_E2E_MARK"] = Folder;
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }

    // Its configuration file names it. Between our looks the process may have gone: then it is nobody's.
    private static bool IsOfPod(int pid, string pod) =>
        CommandLine(pid).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., var file]
            && ReadText(file).Contains($"\"{pod}\"", StringComparison.Ordinal);

    [GeneratedRegex(@"[1-9]\d* frames")]
    private static partial Regex FlowLine();

    private IEnumerable<string> TemporaryFiles() =>
        Directory.EnumerateFileSystemEntries(Path.Combine(Folder, "tmp"), "*", SearchOption.AllDirectories)
            .Select(path => $"temporary {path}");

    private IEnumerable<string> Sockets() =>
        Directory.EnumerateFileSystemEntries(Folder, "*.sock", SearchOption.AllDirectories).Select(path => $"socket {path}");

    // Every process of the run inherits the mark in its environment; the test's own does not have it.
    private IEnumerable<int> OwnProcesses() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture))
            .Where(pid => ReadText($"/proc/{pid}/environ").Contains($"KMF_E2E_MARK={Folder}\0", StringComparison.Ordinal));

    private static string CommandLine(int pid) => ReadText($"/proc/{pid}/cmdline").Replace('\0', ' ');

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }
}
