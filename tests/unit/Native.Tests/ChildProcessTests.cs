using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Native.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task An_exit_code_and_a_signal_are_told_apart()
    {
        (await Shell("exit 3").WaitAsync().WaitAsync(Hang.Bound)).ShouldBe(new ChildExit(3, null));
        (await Shell("kill -9 $$").WaitAsync().WaitAsync(Hang.Bound)).ShouldBe(new ChildExit(null, 9));
    }

    [Fact]
    public async Task Descriptors_stand_where_they_were_mapped_even_crosswise()
    {
        using var first = new Pipe();
        using var second = new Pipe();
        // Each target is the other's source, so a plain series of dup2 would lose one.
        var crossed = new Dictionary<int, int>
        {
            [first.WriteEnd.Descriptor] = second.WriteEnd.Descriptor,
            [second.WriteEnd.Descriptor] = first.WriteEnd.Descriptor,
        };
        var child = Start(new()
        {
            File = "bash",
            Arguments = ["-c", $"echo one >&{first.WriteEnd.Descriptor}; echo two >&{second.WriteEnd.Descriptor}"],
            Descriptors = crossed,
        });
        (await child.WaitAsync().WaitAsync(Hang.Bound)).IsSuccess.ShouldBeTrue();
        ReadText(first.ReadEnd).ShouldBe("two\n");
        ReadText(second.ReadEnd).ShouldBe("one\n");
    }

    [Fact]
    public async Task A_child_inherits_no_descriptor_that_it_was_not_given()
    {
        using var file = MemoryFile.Create("not-for-children", 4096);
        using var pipe = new Pipe();
        var child = Start(new()
        {
            File = "sh",
            Arguments = ["-c", "ls -l /proc/self/fd"],
            Descriptors = new Dictionary<int,
            int>
            { [1] = pipe.WriteEnd.Descriptor },
        });
        (await child.WaitAsync().WaitAsync(Hang.Bound)).IsSuccess.ShouldBeTrue();
        ReadText(pipe.ReadEnd).ShouldNotContain("memfd");
    }

    [Fact]
    public async Task Environment_and_folder_are_as_said()
    {
        using var pipe = new Pipe();
        var child = Start(new()
        {
            File = "sh",
            Arguments = ["-c", "echo $COLOUR-${HOME-unset}; pwd"],
            Environment = new Dictionary<string, string?> { ["COLOUR"] = "blue", ["HOME"] = null },
            WorkingDirectory = "/",
            Descriptors = new Dictionary<int, int> { [1] = pipe.WriteEnd.Descriptor },
        });
        (await child.WaitAsync().WaitAsync(Hang.Bound)).IsSuccess.ShouldBeTrue();
        ReadText(pipe.ReadEnd).ShouldBe("blue-unset\n/\n");
    }

    [Fact]
    public async Task A_killed_child_is_reported_and_killing_it_again_does_nothing()
    {
        var child = Shell("sleep 600");
        child.Kill(15);
        (await child.WaitAsync().WaitAsync(Hang.Bound)).Signal.ShouldBe(15);
        child.Kill();
        child.HasExited.ShouldBeTrue();
    }

    [Fact]
    public void A_program_that_is_not_there_is_named() =>
        Should.Throw<FileNotFoundException>(() => Start(new() { File = "no-such-program" })).Message.ShouldContain("no-such-program");

    [Fact]
    public async Task A_child_dies_of_a_broken_pipe_as_programs_do_outside()
    {
        using var pipe = new Pipe();
        var child = Start(new()
        {
            File = "sh",
            Arguments = ["-c", "exec yes"],
            Descriptors = new Dictionary<int,
            int>
            { [1] = pipe.WriteEnd.Descriptor },
        });
        pipe.Dispose();
        (await child.WaitAsync().WaitAsync(Hang.Bound)).Signal.ShouldBe(13);
    }

    [Fact]
    public async Task A_child_whose_end_has_closed_a_pipe_is_known_to_be_ending_and_one_that_closes_it_and_goes_on_is_not()
    {
        for (var round = 0; round < 200; round++)
        {
            var goesOn = round % 2 == 1;
            using var pipe = new Pipe();
            var child = Start(new()
            {
                File = "sh",
                Arguments = ["-c", goesOn ? "exec sleep 600 1>&-" : "exit 3"],
                Descriptors = new Dictionary<int, int> { [1] = pipe.WriteEnd.Descriptor },
            });
            pipe.WriteEnd.Dispose();
            ReadText(pipe.ReadEnd).ShouldBeEmpty();
            child.IsEnding.ShouldBe(!goesOn, $"round {round}");
            child.Kill();
            await child.WaitAsync().WaitAsync(Hang.Bound);
            child.IsEnding.ShouldBeTrue();
        }
    }

    private static ChildProcess Shell(string script) => Start(new() { File = "sh", Arguments = ["-c", script] });

    private static ChildProcess Start(ChildProcessOptions options) => ChildProcess.Start(options);

    private static string ReadText(PipeEnd end)
    {
        var bytes = new byte[64 << 10];
        var length = end.Read(bytes, 30_000);
        return Encoding.UTF8.GetString(bytes, 0, Math.Max(0, length));
    }
}
