using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("kmf-").FullName;

    [Fact]
    public void A_run_is_private_lives_while_it_is_held_and_leaves_nothing()
    {
        using (var run = RunDirectory.Create(_base))
        {
            File.GetUnixFileMode(run.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            RunDirectory.Living(_base).ShouldBe([run.Path]);
        }

        Directory.GetFileSystemEntries(_base).ShouldBeEmpty();
    }

    [Fact]
    public void What_a_dead_run_left_is_swept_by_the_next()
    {
        var dead = Directory.CreateDirectory(Path.Combine(_base, "run-dead")).FullName;
        File.WriteAllText(Path.Combine(dead, "lock"), "");
        var start = new ProcessStartInfo("sleep", ["1000"]);
        start.Environment[OrphanSweep.Variable] = dead;
        using var orphan = Process.Start(start)!;
        // Young folders are left alone: their run may be about to lock them.
        Directory.SetLastWriteTimeUtc(dead, DateTime.UtcNow.AddMinutes(-1));
        using var run = RunDirectory.Create(_base);
        orphan.WaitForExit(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        Directory.Exists(dead).ShouldBeFalse();
        Directory.Exists(run.Path).ShouldBeTrue();
    }

    [Fact]
    public void A_living_run_is_not_swept()
    {
        using var first = RunDirectory.Create(_base);
        Directory.SetLastWriteTimeUtc(first.Path, DateTime.UtcNow.AddMinutes(-1));
        using var second = RunDirectory.Create(_base);
        Directory.Exists(first.Path).ShouldBeTrue();
        RunDirectory.Living(_base).Count.ShouldBe(2);
    }

    public void Dispose() => Directory.Delete(_base, recursive: true);
}
