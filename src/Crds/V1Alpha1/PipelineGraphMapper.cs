using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// From the custom resource to the graph that rules and planner know. Lists keep their order, so places in violations are places in the
/// document.
/// </summary>
public static class PipelineGraphMapper
{
    /// <summary>The graph with the most replicas that it may come to: what memory has to fit.</summary>
    public static PipelineGraph Widest(MediaPipeline pipeline) => Widest(pipeline, Map(pipeline));

    /// <summary>The same of a pipeline that was mapped before.</summary>
    public static PipelineGraph Widest(MediaPipeline pipeline, PipelineGraph graph) => graph with
    {
        Operators = [.. graph.Operators.Zip(pipeline.Spec.Operators, (node, spec) => node with
        {
            Replicas = Math.Max(node.ReplicaCount, spec.MaxReplicas ?? 0),
        })],
    };

    public static PipelineGraph Map(MediaPipeline pipeline) => new()
    {
        Namespace = pipeline.Metadata.Namespace ?? "default",
        Name = pipeline.Metadata.Name!,
        Execution = pipeline.Spec.Execution,
        Transport = pipeline.Spec.Transport,
        Encryption = pipeline.Spec.Encryption,
        Polling = Map(pipeline.Spec.Staging?.Polling ?? new PollingSpec()),
        Rdma = pipeline.Spec.Rdma is { } rdma
            ? new()
            {
                ResourceName = rdma.ResourceName,
                ClaimTemplateName = rdma.ResourceClaimTemplateName,
                Network = rdma.Network,
                TrafficClass = rdma.TrafficClass,
                QueuePairs = rdma.QueuePairs,
            }
            : null,
        Staging = Staging(pipeline.Spec),
        SidecarAmounts = ContainerMapper.Amounts(pipeline.Spec.Sidecar?.Resources),
        Operators = [.. pipeline.Spec.Operators.Select(Map)],
        Edges = [.. pipeline.Spec.Edges.Select(Map)],
        Groups = [.. pipeline.Spec.Groups.Select(group => new MediaOperatorGroup(group.Name, group.Mode, group.Operators))],
        Volumes = [.. pipeline.Spec.Volumes.Select(Map)],
    };

    private static StagingNode Staging(PipelineSpec spec) => new()
    {
        HugePages = spec.Staging?.HugePages ?? HugePages.None,
        BlockClasses = [.. (spec.Staging?.BlockClasses ?? []).Select(one => new BlockClassPlan(one.Size.Bytes, one.Count))],
        NodeLossSeconds = spec.NodeLossSeconds,
        LinkSilenceMilliseconds = spec.LinkSilenceMilliseconds,
        LinkHungMilliseconds = spec.LinkHungMilliseconds,
    };

    private static Polling Map(PollingSpec polling) => new(polling.Mode, polling.SpinMicroseconds);

    private static MediaOperatorNode Map(OperatorSpec spec) => new()
    {
        Name = spec.Name,
        Image = spec.Image,
        Command = spec.Command,
        Args = spec.Args,
        Environment = [.. spec.Env.Select(one => new EnvironmentVariable(one.Name, one.Value,
            one.ValueFrom is { } from ? ContainerMapper.Sources(from) : null))],
        VolumeMounts = [.. spec.VolumeMounts.Select(one => new VolumeMount(one.Name, one.MountPath, one.SubPath, one.ReadOnly))],
        Replicas = spec.Replicas,
        MaxReplicas = spec.MaxReplicas,
        Container = ContainerMapper.Map(spec),
        Inputs = [.. spec.Inputs.Select(port => new InputPort(port.Name, port.Caps, port.MaxBorrowed))],
        Outputs = [.. spec.Outputs.Select(port => new OutputPort(port.Name, port.Caps))],
    };

    private static GraphEdge Map(EdgeSpec spec) => new(Port(spec.From), Port(spec.To))
    {
        Distribution = spec.Distribution,
        KeyField = spec.KeyField,
        Order = spec.Order,
        OnFull = spec.OnFull,
        Delivery = spec.Delivery,
        DeadlineMilliseconds = spec.DeadlineMilliseconds,
        Retain = spec.Retain is { } retain ? new Retention(retain.MaxFrames, retain.MaxBytes?.Bytes, retain.MaxSeconds) : null,
    };

    /// <summary>What is no operator.port keeps its text as an operator without a port: the rule that refuses it then quotes it.</summary>
    private static PortRef Port(string text) => PortRef.TryParse(text, out var port) ? port : new PortRef(text, "");

    /// <summary>Two sources at once become one name that no rule knows.</summary>
    private static GraphVolume Map(VolumeSpec spec) => new(spec.Name, string.Join(" and ", spec.Kinds));
}
