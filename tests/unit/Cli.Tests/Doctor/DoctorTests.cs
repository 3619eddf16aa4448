using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests.Doctor;

/// <summary>What <c>doctor</c> makes of a sidecar's words; the words themselves are tested where there are devices.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("doctor");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_usable_device_is_shown_with_its_address_and_ends_well()
    {
        var (exitCode, output, _) =
            Ask("""{"devices": [{"device": "mlx5_0", "usable": true, "reason": null, "detail": "", "address": "10.0.0.1", "mtuBytes": 4096}]}""");
        exitCode.ShouldBe(0);
        output.ShouldContain("mlx5_0");
        output.ShouldContain("10.0.0.1, path MTU 4096");
    }

    [Theory]
    [InlineData("LibraryMissing", "libibverbs1")]
    [InlineData("NoDevice", "device plugin")]
    [InlineData("DeviceBusy", "rdma resource show")]
    [InlineData("PortDown", "ip link")]
    [InlineData("NoRoceV2Gid", "IP address")]
    [InlineData("MemlockLimited", "ulimit -l")]
    [InlineData("MtuMismatch", "MTU")]
    public void Every_reason_comes_with_what_to_do(string reason, string remedy)
    {
        var (exitCode, output, _) =
            Ask($$"""{"devices": [{"device": null, "usable": false, "reason": "{{reason}}", "detail": "so it is", "address": null, "mtuBytes": 0}]}""");
        exitCode.ShouldBe(1);
        output.ShouldContain("so it is");
        output.Split('\n')
            .ShouldContain(line => line.StartsWith(reason + ": ", StringComparison.Ordinal)
            && line.Contains(remedy, StringComparison.Ordinal));
    }

    [Fact]
    public void The_sidecars_own_words_are_given_on_where_they_are_asked_for()
    {
        const string words = """{"devices": []}""";
        Ask(words, "-o", "json").Output.Trim().ShouldBe(words);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    public void A_program_that_is_no_sidecar_is_named(string words)
    {
        var (exitCode, _, error) = Ask(words);
        exitCode.ShouldBe(2);
        error.ShouldContain("does not say what a sidecar says");
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        var (exitCode, _, error) = Run.Command("doctor", "--sidecar", Path.Combine(_folder.FullName, "none"));
        exitCode.ShouldBe(2);
        error.ShouldContain("cannot be started");
    }

    private (int ExitCode, string Output, string Error) Ask(string words, params string[] options)
    {
        var program = Path.Combine(_folder.FullName, "sidecar");
        var script = $"#!/bin/sh\n[ \"$*\" = 'preflight --json' ] || exit 9\ncat <<'END'\n{words}\nEND\n";
        // Written by another process: a child that is forked here meanwhile would hold the file open for writing, and it could not be
        // started.
        Tool.Run("/bin/sh", ["-c", "cat >\"$0\" && chmod 500 \"$0\"", program], Encoding.UTF8.GetBytes(script));
        return Run.Command(["doctor", "--sidecar", program, .. options]);
    }
}
