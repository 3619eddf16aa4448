using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>What the containers of a unit's pods are made from.</summary>
internal sealed record PodParts(RenderInput Input, PipelineUnit Unit)
{
    public IReadOnlyList<OperatorSpec> Specs { get; } = [.. Unit.Operators.Select(node => Input.Spec(node.Name))];

    /// <summary>Pods of a group belong to the pipeline, others to their MediaOperator; null until that exists.</summary>
    public OwnerReference? Owner => Unit.IsGroup ? Input.Owner : Input.OperatorOwners.GetValueOrDefault(Unit.KeeperName);

    public string ObjectName => PodPaths.ObjectName(Input.Graph.Name, Unit.Name);

    /// <summary>Named after the operator; with its number where the pod has several replicas of it.</summary>
    public static string ContainerName(PodSlot slot, ReplicaPlacement replica) =>
        slot.Replicas.Count(other => other.Operator == replica.Operator) == 1
            ? replica.Operator
            : FormattableString.Invariant($"{replica.Operator}-{replica.Replica}");

    public static string TokenVolume(string container) => $"kmf-token-{container}";

    /// <summary>Of several members' values the first that is set: a pod has only one.</summary>
    public T? First<T>(Func<OperatorSpec, T?> field)
        where T : class => Specs.Select(field).FirstOrDefault(value => value is not null);

    public T? FirstValue<T>(Func<OperatorSpec, T?> field)
        where T : struct => Specs.Select(field).FirstOrDefault(value => value is not null);
}
