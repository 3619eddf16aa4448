using System.Diagnostics;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Architecture.Tests.Scripts;

/// <summary>`make rdma-demo` takes minutes, so it says what it does and ends by itself. What it starts is a fake here.</summary>
public sealed class RdmaDemoTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("rdma-demo").FullName;

    public RdmaDemoTests()
    {
        foreach (var script in (string[])["scripts/rdma-demo.sh", "scripts/rdma-demo-guest.sh", "tests/support/rdma/run.sh",
            "tests/support/rdma/common.sh", "tests/support/rdma/guest.sh"])
            Program(script, File.ReadAllText(Path.Combine(Repository.Root, script)));
        Program("bin/ffmpeg", "#!/bin/sh\nexit 0\n");
        Program("scripts/publish.sh", "#!/bin/sh\nexit 0\n");
        Program("tests/support/rdma/build.sh", "#!/bin/sh\nexit 0\n");
        // The files that stand for the guest's ports are named on the command line.
        Program("bin/qemu-system-x86_64", """
            #!/bin/bash
            for word; do case $word in file,id=err,path=*) err=${word#*path=} ;; file,id=code,path=*) code=${word#*path=} ;; esac; done
            echo "words from the guest" >>"$err"
            [ -z "${GUEST_SECONDS:-}" ] || sleep "$GUEST_SECONDS"
            echo 0 >"$code"
            """);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Each_step_is_announced_before_it_begins()
    {
        var (code, said) = Run();
        code.ShouldBe(0, said);
        string[] steps = ["making the clip", "compiling the programs", "fetching the guest's kernel", "starting the guest",
            "words from the guest", "exit code 0"];
        steps.Select(step => said.IndexOf(step, StringComparison.Ordinal)).ShouldBeInOrder();
        said.ShouldContain(steps[0]);
    }

    [Fact]
    public async Task What_the_guest_says_is_shown_while_it_runs()
    {
        using var process = Start(("GUEST_SECONDS", "600"));
        await SaysAsync(process, "words from the guest");
        process.HasExited.ShouldBeFalse();
        End(process);
    }

    [Fact]
    public async Task A_step_that_takes_long_says_again_and_again_that_it_goes_on()
    {
        Program("scripts/publish.sh", "#!/bin/sh\nsleep 600\n");
        using var process = Start(("RDMA_DEMO_SIGN_SECONDS", "1"));
        for (var sign = 0; sign < 2; sign++)
            await SaysAsync(process, "rdma-demo: compiling the programs to machine code for ");
        End(process);
    }

    [Fact]
    public void A_guest_that_does_not_end_is_ended_with_a_message()
    {
        var (code, said) = Run(("GUEST_SECONDS", "600"), ("RDMA_DEMO_SECONDS", "2"));
        code.ShouldBe(1);
        said.ShouldContain("the guest has not ended in 2 s; RDMA_DEMO_SECONDS=N gives it longer");
    }

    [Fact]
    public void A_publish_that_does_not_end_is_ended_with_a_message()
    {
        Program("scripts/publish.sh", "#!/bin/sh\nsleep 600\n");
        var (code, said) = Run(("RDMA_DEMO_BUILD_SECONDS", "1"));
        code.ShouldBe(1);
        said.ShouldContain("compiling the programs to machine code has not ended in 1 s; RDMA_DEMO_BUILD_SECONDS=N gives it longer");
    }

    private static async Task SaysAsync(Process process, string words)
    {
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync().WaitAsync(Hang.Bound);
            line.ShouldNotBeNull($"it ended without '{words}'");
        }
        while (!line.Contains(words, StringComparison.Ordinal));
    }

    private static void End(Process process)
    {
        using var terminate = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        process.WaitForExit(Hang.Bound).ShouldBeTrue("it did not end at SIGTERM");
        process.ExitCode.ShouldBe(143);
    }

    private (int Code, string Said) Run(params (string Name, string Value)[] environment)
    {
        using var process = Start(environment);
        var said = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Hang.Bound) || !said.Wait(Hang.Bound))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("rdma-demo.sh did not end, or left something behind that holds its output");
        }
        return (process.ExitCode, said.Result);
    }

    private Process Start(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", "exec scripts/rdma-demo.sh 2>&1"])
        {
            WorkingDirectory = _root,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = Path.Combine(_root, "bin") + ":" + start.Environment["PATH"];
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private void Program(string path, string text) => FakeProgram.Write(_root, path, text);
}
