using System.Globalization;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>A node as far as the API server knows; nobody is there to end its pods.</summary>
internal sealed class ActedNode : IAsyncDisposable
{
    private readonly ControlledServer _server;
    private readonly ResourceClient<Node> _nodes;
    private readonly string _name, _space;

    private ActedNode(ControlledServer server, ApiClient client, string space) =>
        (_server, _nodes, _name, _space) = (server, client.For(Resources.Nodes), $"node-{space}", space);

    public static async Task<ActedNode> MakeAsync(ControlledServer server, ApiClient client, string space)
    {
        var node = new ActedNode(server, client, space);
        await node._nodes.CreateAsync(new()
        {
            Metadata = new() { Name = node._name },
            Status = new() { Conditions = [new() { Type = "Ready", Status = "True" }] },
        });
        return node;
    }

    public void Bind(Pod pod)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{pod.Metadata!.Name}.json");
        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = pod.Metadata.Name },
            ["target"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["name"] = _name,
            },
        };
        File.WriteAllText(file, binding.ToJsonString());
        _server.Kubectl("create", "--raw", $"/api/v1/namespaces/{_space}/pods/{pod.Metadata.Name}/binding", "-f", file);
        File.Delete(file);
    }

    public Task CordonAsync() => _nodes.MergeAsync(null, _name, new() { ["spec"] = new JsonObject { ["unschedulable"] = true } });

    /// <summary>Its kubelet has said nothing for long, or speaks again.</summary>
    public Task HearAsync(bool isReady) => _nodes.MergeAsync(null, _name, new()
    {
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = isReady ? "True" : "Unknown",
                ["lastTransitionTime"] = DateTime.UtcNow.AddHours(-1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            }),
        },
    }, "status");

    public async ValueTask DisposeAsync() => await _nodes.DeleteAsync(null, _name);
}
