using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests.Runs;

/// <summary>The Cli as a process of its own, which dies or is asked to end.</summary>
public sealed class KilledCliTests : IDisposable
{
    private readonly string _runtime = Directory.CreateTempSubdirectory("kmf-").FullName;

    [Fact]
    public async Task A_cli_killed_by_SIGKILL_leaves_no_child_and_no_file()
    {
        using var cli = Start("echo begun; exec sleep 1000", "exec sleep 1000");
        var run = await RunDirectoryAsync();
        await Until(() => OrphanSweep.Find(run).Count >= 3);
        cli.Kill();
        await Until(() => OrphanSweep.Find(run).Count == 0);
        await Until(() => !Directory.Exists(run));
    }

    [Fact]
    public async Task A_cli_asked_to_end_drains_and_exits_with_130()
    {
        using var cli = Start("until test -e $POD/drained; do sleep 0.1; done; exit 0",
            "until test -e $POD/drained; do sleep 0.1; done; exit 0");
        var run = await RunDirectoryAsync();
        await Until(() => OrphanSweep.Find(run).Count >= 3);
        using var kill = Process.Start("kill", ["-INT", cli.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        using var watchdog = new CancellationTokenSource(Hang.Bound);
        await cli.WaitForExitAsync(watchdog.Token);
        cli.ExitCode.ShouldBe(130);
        Directory.Exists(run).ShouldBeFalse();
        OrphanSweep.Find(run).ShouldBeEmpty();
    }

    [Fact]
    public async Task Output_that_is_no_terminal_gets_plain_lines_and_the_reason_goes_to_the_standard_error()
    {
        using var cli = Start("exec sleep 1000", "sleep 2.5; echo no space left >&2; exit 5");
        using var watchdog = new CancellationTokenSource(Hang.Bound);
        var output = cli.StandardOutput.ReadToEndAsync(watchdog.Token);
        var errors = cli.StandardError.ReadToEndAsync(watchdog.Token);
        await cli.WaitForExitAsync(watchdog.Token);
        cli.ExitCode.ShouldBe(1);
        (await errors).Trim().ShouldBe("media operator sink-0 failed (exit code 5): no space left");
        var lines = (await output).Split('\n');
        lines[0].ShouldBe("scripted: Batch, 1 pods, 2 media operators");
        lines.ShouldContain(line => line.Contains("s source.video->sink.video Local "));
        lines.ShouldContain(line => line.StartsWith("scripted: failed after "));
        (await output).ShouldNotContain("\u001b");
    }

    public void Dispose() => Directory.Delete(_runtime, recursive: true);

    private Process Start(string source, string sink)
    {
        var file = Path.Combine(_runtime, "pipeline.yaml");
        File.WriteAllText(file, ScriptedRun.Yaml(source, sink));
        // A shell without a terminal starts what runs in the background with SIGINT ignored, and children inherit that: these tests may be
        // such children.
        string[] command = ["--default-signal=INT", ScriptedRun.ProgramPath, "cli", "run", file];
        var start = new ProcessStartInfo("env", command) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_RUNTIME_DIR"] = _runtime;
        start.Environment["K8SMEDIAFLOW_SIDECAR"] = ScriptedRun.ProgramPath;
        return Process.Start(start)!;
    }

    private async Task<string> RunDirectoryAsync()
    {
        var runs = Path.Combine(_runtime, "k8smediaflow");
        await Until(() => Directory.Exists(runs) && Directory.GetDirectories(runs).Length == 1);
        return Directory.GetDirectories(runs).Single();
    }

    private static async Task Until(Func<bool> holds)
    {
        using var watchdog = new CancellationTokenSource(Hang.Bound);
        while (!holds())
            await Task.Delay(50, watchdog.Token);
    }
}
