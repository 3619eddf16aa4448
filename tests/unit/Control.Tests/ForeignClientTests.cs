using System.Diagnostics;
using System.Runtime.CompilerServices;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Control.Tests;

/// <summary>
/// The wire is gRPC's own: Debian's python3-grpcio calls it, with messages made from the descriptor of the checked-in contract.
/// </summary>
public class ForeignClientTests
{
    [NeedsFact("/usr/bin/python3", "/usr/lib/python3/dist-packages/grpc/__init__.py",
        "/usr/lib/python3/dist-packages/google/protobuf/__init__.py")]
    public async Task A_python_client_reads_pushes_watches_and_is_refused_as_the_contract_says()
    {
        await using var control = await ControlFixture.StartAsync();
        control.Handler.CurrentPlan = new PlanVersion(1, 5, 0);
        using var folder = new ScratchFolder();
        using var leaf = control.Identities.IssueLeaf(ControllerIdentity.Uri);
        TlsIdentityFiles.Write(folder.File("tls.crt"), folder.File("tls.key"), folder.File("ca.crt"), leaf,
            control.Identities.AuthorityPem);
        // Not protoc's Python: what today's protoc writes does not run on Debian's runtime. The descriptor it embeds does.
        File.WriteAllBytes(folder.File("sidecar.descriptor"), Wire.SidecarReflection.Descriptor.SerializedData.ToByteArray());
        File.WriteAllBytes(folder.File("health.descriptor"), HealthReflection.Descriptor.SerializedData.ToByteArray());
        File.WriteAllBytes(folder.File("reflection.descriptor"), ReflectionReflection.Descriptor.SerializedData.ToByteArray());
        var output = await RunAsync("/usr/bin/python3", Path.Combine(SourceFolder(), "foreign_client.py"), folder.Path,
            $"127.0.0.1:{control.Server.Port}");
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "pod highlights-decode-0",
            "applied 1.6.0",
            "lower FAILED_PRECONDITION plan 1.4.0 is lower than plan 1.6.0, which is in force",
            "watched 3 Lost=3",
            "unknown UNIMPLEMENTED",
            "oversized RESOURCE_EXHAUSTED",
            "deadline DEADLINE_EXCEEDED",
            "health 1",
            "services grpc.health.v1.Health grpc.reflection.v1.ServerReflection grpc.reflection.v1alpha.ServerReflection k8smediaflow.control.v1.Sidecar",
            "stranger UNAVAILABLE",
        ]);
        control.Handler.Applied.Single().Version.ShouldBe(new PlanVersion(1, 6, 0));
    }

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var watchdog = new CancellationTokenSource(Hang.Bound);
        var output = process.StandardOutput.ReadToEndAsync(watchdog.Token);
        var errors = process.StandardError.ReadToEndAsync(watchdog.Token);
        try
        {
            await process.WaitForExitAsync(watchdog.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        process.ExitCode.ShouldBe(0, await errors);
        return await output;
    }
}
