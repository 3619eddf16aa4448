using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.TestKit.Clusters;

/// <summary>
/// A current API server for custom resources alone, from tests/support/crdserver: it evaluates CEL rules and refuses unknown fields, and
/// knows no namespaces, pods or roles. Up in 3 s, without root; ends with this object, or with this process however that ends.
/// </summary>
public sealed class CrdServer : IDisposable
{
    private static readonly Lazy<bool> Present = new(() => Script("--check").ExitCode == 0);
    private readonly Process _process;
    private readonly HttpClient _http;

    private CrdServer(Process process, string folder)
    {
        (_process, Folder) = (process, folder);
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetRawCertDataString() == Certificate() },
        });
    }

    /// <summary>False: run tests/support/crdserver/build.sh once (scripts/test.sh does).</summary>
    public static bool IsPresent => Present.Value;

    /// <summary>Its state, log and kubeconfig.</summary>
    public string Folder { get; }

    public string Kubeconfig => Path.Combine(Folder, "kubeconfig");

    private Uri Address =>
        new(File.ReadLines(Kubeconfig).Select(line => line.Split("server: ")).First(parts => parts.Length > 1)[1].Split(',')[0]);

    public static CrdServer Start()
    {
        var folder = Directory.CreateTempSubdirectory("crdserver-").FullName;
        var cache = Script("--where").Output.Trim();
        var start = new ProcessStartInfo(Path.Combine(cache, "crdserver"), [Path.Combine(cache, "etcd"), folder])
        {
            RedirectStandardInput = true,
        };
        var server = new CrdServer(Process.Start(start)!, folder);
        try
        {
            server.AwaitReady();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>One request, and the object in the answer: what was asked for, or a Status that says why not.</summary>
    public async Task<(HttpStatusCode Code, JsonObject Answer)> SendAsync(HttpMethod method, string path, string? body = null,
        string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        // What it does not serve at all is answered without a Status.
        return (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(
            text)!.AsObject() : new()
            {
                ["message"] = text,
            });
    }

    /// <summary>Stores definitions of custom resources and waits until the server serves them.</summary>
    public async Task InstallAsync(params JsonObject[] definitions)
    {
        const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        foreach (var definition in definitions)
        {
            var (code, answer) = await SendAsync(HttpMethod.Post, Definitions + "?fieldValidation=Strict", definition.ToJsonString());
            if (code != HttpStatusCode.Created)
                throw new InvalidOperationException($"{code}: {answer}");
        }
        var ends = DateTime.UtcNow.AddMinutes(1);
        foreach (var definition in definitions)
        {
            var (name, spec) = (definition["metadata"]!["name"], definition["spec"]!);
            while ((await SendAsync(HttpMethod.Get, $"/apis/{spec["group"]}/{spec["versions"]![0]!["name"]}/{spec["names"]!["plural"]}"))
                .Code != HttpStatusCode.OK)
            {
                if (DateTime.UtcNow > ends)
                    throw new InvalidOperationException(
                        $"{name} is not served: {(await SendAsync(HttpMethod.Get, $"{Definitions}/{name}")).Answer}");
                await Task.Delay(50);
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Hang.Bound))
            _process.Kill();
        var ended = _process.WaitForExit(Hang.Bound);
        _process.Dispose();
        // It takes its folder with it, unless it had to be killed.
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        if (!ended)
            throw new TimeoutException($"the API server for custom resources did not end within {Hang.Bound}, although it was killed");
    }

    private void AwaitReady()
    {
        for (var ends = DateTime.UtcNow.AddMinutes(2); !File.Exists(Kubeconfig); Thread.Sleep(50))
        {
            if (_process.HasExited || DateTime.UtcNow > ends)
                throw new InvalidOperationException("the API server for custom resources did not start: " + Log());
        }
    }

    /// <summary>It made one for this run.</summary>
    private string Certificate() =>
        X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "pki", "apiserver.crt")).GetRawCertDataString();

    private string Log() => Path.Combine(Folder, "log") is var log && File.Exists(log) ? File.ReadAllText(log) : "no log";

    private static (int ExitCode, string Output) Script(string argument) =>
        KubernetesBuild.Script(Path.Combine(Sources.Root, "tests", "support", "crdserver", "build.sh"), Hang.Bound, argument);
}
