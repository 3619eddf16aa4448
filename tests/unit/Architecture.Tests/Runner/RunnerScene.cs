using System.Diagnostics;
using System.Text.Json;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Architecture.Tests.Runner;

/// <summary>A repository with rooms whose tests end as the scene says, for the runner of the tests. Nothing is built.</summary>
internal sealed class RunnerScene : IDisposable
{
    private static readonly string[] Builders = ["scripts/publish.sh", "tests/support/cluster/build.sh", "images/build.sh",
        "tests/support/rdma/build.sh", "tests/support/rdma/publish.sh", "tests/support/compatibility/build.sh",
        "tests/support/failpoints/build.sh"];

    private readonly string _root = Directory.CreateTempSubdirectory("runner").FullName;
    private readonly Dictionary<string, Dictionary<string, string[]>> _rooms = [];

    public RunnerScene()
    {
        foreach (var builder in Builders)
            Program(builder, "#!/bin/sh\necho $0 $* >>calls\nmkdir -p artifacts/bin artifacts/images artifacts/guest\n"
                + "cp src/* artifacts/bin/ 2>/dev/null || true\n");
        Program("bin/dotnet", File.ReadAllText(Path.Combine(Repository.Root, "tests", "unit", "Architecture.Tests", "Runner",
            "dotnet.py")));
        KnownFlaky("# nothing\n");
    }

    /// <summary>What the runner printed, from its last run.</summary>
    public string Output { get; private set; } = "";

    public string LastLine => Output.TrimEnd().Split('\n')[^1];

    /// <summary>Which builders and rooms ran, in order.</summary>
    public string[] Calls => File.ReadAllLines(Path.Combine(_root, "calls"));

    /// <summary>What the programs that the tests use were built from.</summary>
    public string Built => File.ReadAllText(Path.Combine(_root, "artifacts", "bin", "A.cs"));

    public int Builds(string builder) => Calls.Count(call => call.Contains(builder, StringComparison.Ordinal));

    /// <summary>Nothing is built here any more, as in a fresh clone.</summary>
    public RunnerScene Forget()
    {
        Directory.Delete(Path.Combine(_root, "artifacts"), recursive: true);
        return this;
    }

    public RunnerScene AsRepository()
    {
        Process.Start("git", ["init", "--quiet", _root]).WaitForExit(Hang.Bound);
        return this;
    }

    public RunnerScene Source(string path, string text)
    {
        path = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    /// <summary>Ends: pass, fail, skip, hang or crash, one for each time; the last one goes on.</summary>
    public RunnerScene Test(string room, string name, params string[] ends)
    {
        Directory.CreateDirectory(Path.Combine(_root, "tests", "unit", room + ".Tests"));
        _rooms.TryAdd(room, []);
        _rooms[room][name] = ends;
        return this;
    }

    public RunnerScene Room(string room)
    {
        Directory.CreateDirectory(Path.Combine(_root, "tests", "unit", room + ".Tests"));
        _rooms.TryAdd(room, []);
        return this;
    }

    public RunnerScene KnownFlaky(string text)
    {
        Directory.CreateDirectory(Path.Combine(_root, "tests"));
        File.WriteAllText(Path.Combine(_root, "tests", "known-flaky.txt"), text);
        return this;
    }

    public RunnerScene Failing(string builder)
    {
        Program(builder, "#!/bin/sh\necho no $0 for you\nexit 3\n");
        return this;
    }

    /// <summary>The exit code.</summary>
    public int Run(params string[] arguments)
    {
        File.WriteAllText(Path.Combine(_root, "tests.json"), JsonSerializer.Serialize(_rooms));
        var start = new ProcessStartInfo("python3", ["-B", Path.Combine(Repository.Root, "tests", "support", "runner"), .. arguments])
        {
            WorkingDirectory = _root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(_root, "cache");
        start.Environment["PATH"] = Path.Combine(_root, "bin") + ":" + start.Environment["PATH"];
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Hang.Bound))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("the runner did not end");
        }
        Output = output.Result + errors.Result;
        return process.ExitCode;
    }

    public string Log(string path) => File.ReadAllText(Path.Combine(_root, "artifacts", "test-logs", path));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Program(string path, string text) => FakeProgram.Write(_root, path, text);
}
