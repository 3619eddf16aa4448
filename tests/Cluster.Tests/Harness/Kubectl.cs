using System.Diagnostics;
using System.Text.Json;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>The real kubectl, as a user has it.</summary>
internal sealed class Kubectl(string kubeconfig)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end; throws with its words if it fails.</summary>
    public string Run(params string[] arguments)
    {
        var (code, output) = Try(null, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)}: {output}");
    }

    public (int ExitCode, string Output) Try(string? input, params string[] arguments) =>
        Programs.Run(KubernetesBuild.Cached("bin/kubectl"), ["--kubeconfig", kubeconfig, .. arguments], input, Patience);

    public string Apply(string document)
    {
        var (code, output) = Try(document, "apply", "-f", "-");
        return code == 0 ? output : throw new InvalidOperationException($"kubectl apply: {output}\n{document}");
    }

    /// <summary>An object or list as JSON; undefined where it does not exist.</summary>
    public JsonElement Get(params string[] arguments)
    {
        var (code, output) = Try(null, ["get", .. arguments, "-o", "json"]);
        if (code != 0 && output.Contains("NotFound", StringComparison.Ordinal))
            return default;
        return code == 0 ? JsonDocument.Parse(output).RootElement : throw new InvalidOperationException($"kubectl get {string.Join(' ', arguments)}: {output}");
    }
}

/// <summary>Programs that run to their end.</summary>
internal static class Programs
{
    public static (int ExitCode, string Output) Run(string program, IReadOnlyList<string> arguments, string? input, TimeSpan patience)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} took longer than {patience}");
        }
        return (process.ExitCode, process.ExitCode == 0 ? output.Result : output.Result + errors.Result);
    }
}
