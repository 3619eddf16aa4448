using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.KubernetesRuntime.Connection;

/// <summary>
/// A program of the user's that prints a credential (client.authentication.k8s.io ExecCredential), as clouds use. It is asked again shortly
/// before its answer expires and when the server refused it; one question at a time, bounded by a minute.
/// </summary>
// A semaphore without a wait handle holds nothing to dispose of, and credentials live as long as the process.
#pragma warning disable CA1001
internal sealed class ExecPlugin : ICredentialSource
#pragma warning restore CA1001
{
    private const string Group = "client.authentication.k8s.io/";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Margin = TimeSpan.FromSeconds(30);

    private readonly ProcessStartInfo _start;
    private readonly string _place, _apiVersion;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _asking = new(1);
    private volatile Answer? _current;

    private ExecPlugin(string place, string apiVersion, ProcessStartInfo start, TimeProvider time)
    {
        (_place, _apiVersion, _start, _time) = (place, apiVersion, start, time);
    }

    private sealed record Answer(Credential Credential, DateTimeOffset Expires);

    public static ExecPlugin Of(YamlTree exec, ClusterConnection connection, TimeProvider? time = null)
    {
        var apiVersion = exec["apiVersion"].Required();
        if (!apiVersion.StartsWith(Group, StringComparison.Ordinal))
            throw exec["apiVersion"].Wrong($"must be of {Group}");
        if (exec["interactiveMode"].Text == "Always")
            throw exec["interactiveMode"].Wrong("Always needs a terminal, and there is none here");
        var command = exec["command"].Required();
        // With a slash it is a path beside the kubeconfig, without one a program of the PATH.
        var program = command.Contains('/') ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(exec.File))!, command) : command;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in exec["args"].Items())
            start.ArgumentList.Add(argument.Text ?? "");
        foreach (var variable in exec["env"].Items())
            start.Environment[variable["name"].Required()] = variable["value"].Text ?? "";
        start.Environment["KUBERNETES_EXEC_INFO"] = Question(apiVersion, exec["provideClusterInfo"].Flag ? connection : null);
        return new($"{exec.File}: {exec.Path} ({command})", apiVersion, start, time ?? TimeProvider.System);
    }

    public async ValueTask<Credential> GetAsync(CancellationToken cancel)
    {
        if (Usable() is { } ready)
            return ready;
        await _asking.WaitAsync(cancel);
        try
        {
            return Usable() ?? (_current = Parse(await AskAsync(cancel))).Credential;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Refused(Credential credential)
    {
        if (_current is { } current && ReferenceEquals(current.Credential, credential))
            _current = null;
    }

    private Credential? Usable() => _current is { } current && _time.GetUtcNow() < current.Expires ? current.Credential : null;

    private static string Question(string apiVersion, ClusterConnection? connection)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (connection is not null)
            spec["cluster"] = new JsonObject
            {
                ["server"] = connection.Server.ToString(),
                ["insecure-skip-tls-verify"] = connection.SkipVerification,
                ["certificate-authority-data"] = Convert.ToBase64String(
                    System.Text.Encoding.ASCII.GetBytes(string.Join('\n',
                        (connection.Authorities?.Current ?? []).Select(authority => authority.ExportCertificatePem())))),
            };
        return new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
    }

    private async Task<string> AskAsync(CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Patience);
        using var process = Start();
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(bounded.Token);
            var output = await process.StandardOutput.ReadToEndAsync(bounded.Token);
            await process.WaitForExitAsync(bounded.Token);
            return process.ExitCode == 0
                ? output
                : throw new ConnectionException($"{_place}: ended with {process.ExitCode}: {Tail(await errors)}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ConnectionException($"{_place}: gave no answer within {Patience.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private Process Start()
    {
        try
        {
            return Process.Start(_start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new ConnectionException($"{_place}: {error.Message}", error);
        }
    }

    private Answer Parse(string output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var root = document.RootElement;
            if (root.GetProperty("apiVersion").GetString() != _apiVersion)
                throw new ConnectionException($"{_place}: answered in another apiVersion than {_apiVersion}");
            var status = root.GetProperty("status");
            var credential = new Credential(Text(status, "token"), Certificate(status));
            if (credential is { BearerToken: null, Certificate: null })
                throw new ConnectionException($"{_place}: answered neither with a token nor with a certificate");
            return new(credential, Text(status,
                "expirationTimestamp") is null
                ? DateTimeOffset.MaxValue
                : status.GetProperty("expirationTimestamp").GetDateTimeOffset() - Margin);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ConnectionException($"{_place}: answered with no ExecCredential: {error.Message}", error);
        }
    }

    private X509Certificate2? Certificate(JsonElement status)
    {
        var (certificate, key) = (Text(status, "clientCertificateData"), Text(status, "clientKeyData"));
        if (certificate is null || key is null)
            return null;
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new ConnectionException($"{_place}: client certificate and key: {error.Message}", error);
        }
    }

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Tail(string text) => text.Length <= 400 ? text.Trim() : "..." + text[^400..].Trim();
}
