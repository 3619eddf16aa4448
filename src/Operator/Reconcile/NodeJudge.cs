using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>Looks at nodes: in the store, and at the server itself before one counts as lost.</summary>
internal sealed class NodeJudge(ApiClient client, ClusterView view)
{
    private readonly ResourceClient<Node> _nodes = client.For(Resources.Nodes);
    private readonly NodeBrake _brake = new();

    /// <param name="name">Null for a pod that has no node yet.</param>
    /// <param name="patience">How long the pipeline lets a node be silent.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancel">Ends the look.</param>
    public async Task<NodeHealth> LookAsync(string? name, TimeSpan patience, DateTimeOffset now, CancellationToken cancel)
    {
        var health = NodeHealth.Of(name, name is null ? null : view.Nodes.Store.Get(new("", name)), patience, now);
        if (health.Suspicion is not { } suspicion)
        {
            if (name is not null && health.LostAt is null)
                _brake.SeenWell(name);
            return health;
        }
        var answer = Ask(suspicion, now);
        if (answer.Look)
        {
            await AskServerAsync(suspicion.Node, now, cancel);
            answer = Ask(suspicion, now);
        }
        return answer.IsLost
            ? health with { Fault = suspicion.Words(now), LostAt = null }
            : health with { LostAt = answer.Again, Withheld = $"{suspicion.Words(now)}; {answer.Why}" };
    }

    private BrakeAnswer Ask(NodeSuspicion suspicion, DateTimeOffset now) =>
        _brake.Ask(suspicion, FleetCount.Of(view.Nodes.Store.All()), now);

    /// <summary>A server that does not answer, or not so that it can be read, has not said that the node is lost.</summary>
    private async Task AskServerAsync(string node, DateTimeOffset now, CancellationToken cancel)
    {
        var lost = false;
        try
        {
            lost = await _nodes.FindAsync(null, node, cancel) is not { } there || !NodeHealth.IsReady(there);
        }
        catch (ApiException)
        {
        }
        finally
        {
            _brake.Looked(node, lost, now);
        }
    }
}
