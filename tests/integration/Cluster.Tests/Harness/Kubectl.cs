using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>The real kubectl, as a user has it.</summary>
internal sealed class Kubectl(string kubeconfig)
{
    private static readonly Lazy<string> Program = new(() => KubernetesBuild.Cached("bin/kubectl"));
    private readonly ApiReader _reader = new(kubeconfig);

    /// <summary>Runs it to its end; throws with its words if it fails.</summary>
    public string Run(params string[] arguments)
    {
        var (code, output) = Try(null, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)}: {output}");
    }

    public (int ExitCode, string Output) Try(string? input, params string[] arguments) =>
        Programs.Run(Program.Value, ["--kubeconfig", kubeconfig, .. arguments], input, Hang.Bound);

    /// <summary>What may take longer than others.</summary>
    public string RunLong(TimeSpan patience, params string[] arguments)
    {
        var (code, output) = Programs.Run(Program.Value, ["--kubeconfig", kubeconfig, .. arguments], null, patience);
        return code == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)}: {output}");
    }

    /// <summary>The logs of all containers of a pod, until it is disposed.</summary>
    public FollowedLogs Follow(string space, string pod) => new(Program.Value,
        ["--kubeconfig", kubeconfig, "logs", "--follow", "--timestamps", "--prefix", "--all-containers", "--since=10s", "-n", space, pod]);

    public string Apply(string document)
    {
        // The server validates. The client would first load and read the description of all its resources, each time.
        var (code, output) = Try(document, "apply", "--validate=false", "-f", "-");
        return code == 0 ? output : throw new InvalidOperationException($"kubectl apply: {output}\n{document}");
    }

    public Version ServerVersion()
    {
        var version = JsonDocument.Parse(Run("get", "--raw", "/version")).RootElement;
        // Some servers write a '+' behind the number.
        return new(int.Parse(version.GetProperty("major").GetString()!.Trim('+'), CultureInfo.InvariantCulture),
            int.Parse(version.GetProperty("minor").GetString()!.Trim('+'), CultureInfo.InvariantCulture));
    }

    /// <inheritdoc cref="ApiReader.Get"/>
    public JsonElement Get(string kind, string? name = null, string? space = null, string? selector = null) =>
        _reader.Get(kind, name, space, selector);
}

/// <summary>Programs that run to their end.</summary>
internal static class Programs
{
    public static (int ExitCode, string Output) Run(string program, IReadOnlyList<string> arguments, string? input, TimeSpan patience)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            // kubectl and helm are gone before a collection of garbage is worth its processor time.
            Environment = { ["GOGC"] = "off", ["GOMAXPROCS"] = "1" },
        };
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
