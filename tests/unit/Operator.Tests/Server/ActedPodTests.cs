using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>Tests whose pods run as far as the API server knows; their sidecars speak the real control API.</summary>
public abstract class ActedPodTests(ControlledServer server) : ServerTests(server)
{
    private static int _next;

    /// <summary>Applies a pipeline of a source and a sink and runs its pods.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">What is different about it.</param>
    /// <param name="node">Where the source is; null: nowhere.</param>
    internal async Task<ActedPair> RunPairAsync(string name, Action<JsonObject>? change = null, ActedNode? node = null)
    {
        await ApplyAsync(Pipelines.Pair.Replace("\"pair\"", $"\"{name}\"", StringComparison.Ordinal), change);
        var pods = (await AllAsync(Resources.Pods, all => all.Count(IsOurs) == 2)).Where(IsOurs)
            .ToDictionary(pod => pod.Label(WellKnownLabels.Unit)!);
        node?.Bind(pods["source"]);
        return new(pods["source"], await RunAsync(pods["source"]), await RunAsync(pods["sink"]));

        bool IsOurs(Pod pod) => pod.Label(WellKnownLabels.Pipeline) == name;
    }

    /// <summary>Says to the API server what a kubelet would, and answers at the pod's address.</summary>
    internal async Task<ActedSidecar> RunAsync(Pod pod, bool isReady = true, (int Min, int Max)? controlVersions = null)
    {
        var number = Interlocked.Increment(ref _next);
        var address = $"127.77.{number / 250}.{1 + (number % 250)}";
        var sidecar = await ActedSidecar.StartAsync(address, pod.Label(WellKnownLabels.Pod)!,
            await Client.For(Resources.Secrets).GetAsync(Space, SecretOf(pod), Bound), controlVersions ?? (1, 1));
        var status = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = address,
                ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address }),
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }),
                ["containerStatuses"] = new JsonArray([.. pod.Spec!.Containers!.Select(container => new JsonObject
                {
                    ["name"] = container.Name, ["image"] = container.Image, ["imageID"] = "", ["ready"] = isReady, ["restartCount"] = 0,
                        ["state"] = new JsonObject
                        {
                            ["running"] = new JsonObject(),
                        },
                })]),
            },
        };
        await Client.For(Resources.Pods).MergeAsync(Space, pod.Metadata!.Name!, status, "status", Bound);
        return sidecar;
    }

    private static string SecretOf(Pod pod) => $"{pod.Label(WellKnownLabels.Pipeline)}-{pod.Label(WellKnownLabels.Unit)}-kmf";
}

/// <summary>A source and a sink that run.</summary>
internal sealed record ActedPair(Pod SourcePod, ActedSidecar Source, ActedSidecar Sink) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Sink.DisposeAsync();
    }
}
