using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

/// <summary>What a container may not ask for: one refused sample per rule, with the exact message.</summary>
public sealed class ContainerRulesTests
{
    private static readonly Dictionary<string, (PipelineGraph Graph, GraphReason Reason, string Path, string Message)> Refusals = new()
    {
        ["port name"] = (Ports(new ContainerPort("SRT", 9000, "UDP")), GraphReason.BadPort, "spec.operators[0].ports[0].name",
            "port 'SRT' of operator 'decode' is no name of a port: lower-case letters, digits and '-' with at least one letter, at most 15"),
        ["port name without a letter"] = (Ports(new ContainerPort("9000", 9000, "UDP")), GraphReason.BadPort,
            "spec.operators[0].ports[0].name",
            "port '9000' of operator 'decode' is no name of a port: lower-case letters, digits and '-' with at least one letter, at most 15"),
        ["port name twice"] = (Ports(new("srt", 9000, "UDP"), new("srt", 9001, "UDP")), GraphReason.DuplicateName,
            "spec.operators[0].ports[1].name",
            "port 'srt' of operator 'decode' is there already"),
        ["port number"] = (Ports(new ContainerPort("srt", 70000, "UDP")), GraphReason.BadPort, "spec.operators[0].ports[0].containerPort",
            "port 'srt' of operator 'decode' is 70000; it must be between 1 and 65535"),
        ["sidecar's port"] = (Ports(new ContainerPort("rtmp", 7401, "TCP")), GraphReason.BadPort,
            "spec.operators[0].ports[0].containerPort",
            "port 7401 of operator 'decode' is the sidecar's: 7400 to 7403 are taken in every pod"),
        ["port number twice"] = (Ports(new("a", 9000, "UDP"), new("b", 9000, "UDP")), GraphReason.BadPort,
            "spec.operators[0].ports[1].containerPort",
            "operator 'decode' has two ports 9000/UDP"),
        ["service"] = (Container(new() { HasService = true }), GraphReason.Contradiction, "spec.operators[0].service",
            "operator 'decode' has a service, but no ports that it could lead to"),
        ["own variable"] = (Variables(new EnvironmentVariable("K8SMEDIAFLOW_SOCKET", "x")), GraphReason.Reserved,
            "spec.operators[0].env[0].name",
            "operator 'decode' sets 'K8SMEDIAFLOW_SOCKET': variables that begin with K8SMEDIAFLOW_ are set by the controller"),
        ["variable's name"] = (Variables(new EnvironmentVariable("A=B", "x")), GraphReason.BadEnvironment, "spec.operators[0].env[0].name",
            "operator 'decode' has an environment variable named 'A=B', which is no name"),
        ["variable twice"] = (Variables(new("A", "x"), new("A", "y")), GraphReason.DuplicateName, "spec.operators[0].env[1].name",
            "environment variable 'A' of operator 'decode' is there already"),
        ["variable with two values"] = (Variables(new EnvironmentVariable("A", "x", ["secretKeyRef"])), GraphReason.BadEnvironment,
            "spec.operators[0].env[0]",
            "environment variable 'A' of operator 'decode' has both value and valueFrom"),
        ["variable from nowhere"] = (Variables(new EnvironmentVariable("A", "", [])), GraphReason.BadEnvironment,
            "spec.operators[0].env[0].valueFrom",
            "environment variable 'A' of operator 'decode' needs exactly one of fieldRef, resourceFieldRef, configMapKeyRef and secretKeyRef"),
        ["variable from two"] = (Variables(new EnvironmentVariable("A", "", ["fieldRef", "secretKeyRef"])), GraphReason.BadEnvironment,
            "spec.operators[0].env[0].valueFrom",
            "environment variable 'A' of operator 'decode' needs exactly one of fieldRef, resourceFieldRef, configMapKeyRef and secretKeyRef; it has fieldRef and secretKeyRef"),
        ["envFrom"] = (Container(new() { EnvironmentSources = [["configMapRef", "secretRef"]] }), GraphReason.BadEnvironment,
            "spec.operators[0].envFrom[0]",
            "an entry of envFrom of operator 'decode' needs exactly one of configMapRef and secretRef; it has configMapRef and secretRef"),
        ["claim's name"] = (Container(new() { Claims = [new("NIC", ["resourceClaimName"])] }), GraphReason.BadName,
            "spec.operators[0].resourceClaims[0].name",
            "resource claim 'NIC' is no name: lower-case letters, digits and '-' are allowed, at most 63, not '-' at an end"),
        ["claim twice"] = (Container(new() { Claims = [new("nic", ["resourceClaimName"]), new("nic", ["resourceClaimName"])] }),
            GraphReason.DuplicateName,
            "spec.operators[0].resourceClaims[1].name", "resource claim 'nic' of operator 'decode' is there already"),
        ["claim from nowhere"] = (Container(new() { Claims = [new("nic", [])] }), GraphReason.BadResource,
            "spec.operators[0].resourceClaims[0]",
            "resource claim 'nic' of operator 'decode' needs exactly one of resourceClaimName and resourceClaimTemplateName"),
        ["unknown claim"] = (Container(new() { Claims = [new("nic", ["resourceClaimName"])], ClaimNames = ["nik"] }),
            GraphReason.BadResource,
            "spec.operators[0].resources.claims[0].name",
                "the container of operator 'decode' uses resource claim 'nik', which resourceClaims does not declare (did you mean 'nic'?)"),
        ["own label"] = (Container(new() { MetadataKeys = [new("podMetadata.labels", "k8smediaflow.io/pod")] }), GraphReason.Reserved,
            "spec.operators[0].podMetadata.labels", "operator 'decode' sets 'k8smediaflow.io/pod' on its pods, which is the controller's"),
        ["manager's label"] = (Container(new() { MetadataKeys = [new("podMetadata.labels", "app.kubernetes.io/managed-by")] }),
            GraphReason.Reserved,
            "spec.operators[0].podMetadata.labels",
                "operator 'decode' sets 'app.kubernetes.io/managed-by' on its pods, which is the controller's"),
        ["grace"] = (Container(new() { TerminationGracePeriodSeconds = -1 }), GraphReason.OutOfBounds,
            "spec.operators[0].terminationGracePeriodSeconds",
            "terminationGracePeriodSeconds of operator 'decode' is -1; it must be between 0 and 86400"),
        ["link silence"] = (Highlights() with { Staging = new() { LinkSilenceMilliseconds = 100 } }, GraphReason.OutOfBounds,
            "spec.linkSilenceMilliseconds",
            "linkSilenceMilliseconds is 100; it must be between 200 and 60000"),
        ["hung links"] = (Highlights() with { Staging = new() { LinkHungMilliseconds = 700_000 } }, GraphReason.OutOfBounds,
            "spec.linkHungMilliseconds",
            "linkHungMilliseconds is 700000; it must be between 1000 and 600000"),
        ["node loss"] = (Highlights() with { Staging = new() { NodeLossSeconds = 1 } }, GraphReason.OutOfBounds, "spec.nodeLossSeconds",
            "nodeLossSeconds is 1; it must be between 5 and 3600"),
        ["fewer at most than there are"] = (Highlights().WithOperator(1, node => node with { MaxReplicas = 1 }), GraphReason.OutOfBounds,
            "spec.operators[1].maxReplicas",
            "maxReplicas of operator 'analyse' is 1; it must be between 2 and 64"),
        ["too many variables"] = (Variables([.. Enumerable.Range(0, 257).Select(i => new EnvironmentVariable($"V{i}", ""))]),
            GraphReason.OutOfBounds, "spec.operators[0].env",
            "the number of env of operator 'decode' is 257; it must be between 0 and 256"),
        ["own volume"] = (Highlights() with { Volumes = [new("media", "emptyDir"), new("kmf-run", "emptyDir")] }, GraphReason.Reserved,
            "spec.volumes[1].name",
            "volume 'kmf-run': names that begin with kmf- are the controller's"),
        ["own folder"] = (Highlights().WithOperator(0, node => node with { VolumeMounts = [new("media", "/run/k8smediaflow/x")] }),
            GraphReason.Reserved,
            "spec.operators[0].volumeMounts[0].mountPath",
                "operator 'decode' mounts 'media' at '/run/k8smediaflow/x', but /run/k8smediaflow is the controller's in every container"),
        ["key field alone"] = (Highlights().WithEdge(0, edge => edge with { KeyField = "camera" }), GraphReason.Contradiction,
            "spec.edges[0].keyField",
            "edge decode.video->analyse.video has a keyField, but its distribution is RoundRobin, not ByKey"),
        ["by no key"] = (Highlights().WithEdge(0, edge => edge with { Distribution = Distribution.ByKey }), GraphReason.Contradiction,
            "spec.edges[0].keyField",
            "edge decode.video->analyse.video distributes ByKey, but has no keyField"),
        ["sidecar's name"] = (Renamed("overlay", "sidecar"), GraphReason.Reserved, "spec.operators[2].name",
            "'sidecar' is the name of the sidecar's container in every pod: name the operator otherwise"),
        ["pod setting"] = (Member(("serviceAccountName", "\"a\""), ("serviceAccountName", "\"b\"")), GraphReason.BadGroup,
            "spec.groups[0].operators",
            "operators 'overlay' and 'encode' of group 'studio' share a pod, but set different serviceAccountName"),
        ["ports of replicas"] = (Highlights()
            .WithOperator(1, node => node with { Container = new() { Ports = [new("srt", 9000, "UDP")] } }), GraphReason.BadPort,
            "spec.groups[0].operators",
                "operator 'analyse' listens on ports and may have several replicas in one pod of group 'studio': only one of them could"),
        ["ports of neighbours"] = (Highlights().WithOperator(2, Srt).WithOperator(3, Srt), GraphReason.BadPort, "spec.groups[0].operators",
            "operators 'overlay' and 'encode' of group 'studio' share a pod and port 9000/UDP"),
        ["container's name"] = (Renamed("overlay", "analyse-1"), GraphReason.BadGroup, "spec.groups[0].operators",
            "operator 'analyse-1' of group 'studio' has the name of the container of replica 1 of 'analyse'"),
    };

    public static TheoryData<string> Rules => [.. Refusals.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_container_that_breaks_a_rule_is_refused_in_these_words(string rule)
    {
        var (graph, reason, path, message) = Refusals[rule];
        GraphRules.Check(graph).ShouldContain(new GraphViolation(path, reason, message));
    }

    [Fact]
    public void An_ingest_with_everything_that_is_allowed_is_accepted() => GraphRules.Check(Highlights().WithOperator(0, node => node with
    {
        Environment = [new("A", "x"), new("B", "", ["secretKeyRef"])],
        MaxReplicas = 2,
        Container = new()
        {
            Ports = [new("srt", 9000, "UDP"), new("rtmp", 1935, "TCP"), new("control", 7400, "UDP")],
            HasService = true,
            EnvironmentSources = [["configMapRef"]],
            Claims = [new("nic", ["resourceClaimTemplateName"])],
            ClaimNames = ["nic"],
            TerminationGracePeriodSeconds = 60,
            MetadataKeys = [new("podMetadata.labels", "team")],
            PodSettings = new Dictionary<string, string> { ["schedulerName"] = "\"x\"" },
        },
    })).ShouldBeEmpty();

    [Fact]
    public void Members_of_a_group_that_agree_are_accepted() =>
        GraphRules.Check(Member(("schedulerName", "\"a\""), ("schedulerName", "\"a\""))).ShouldBeEmpty();

    [Fact]
    public void Memory_must_do_for_the_most_replicas() => GraphRules.Check(Highlights().WithOperator(1, node => node with
    {
        MaxReplicas = 64,
    }))
        .ShouldContain(one => one.Reason == GraphReason.MemoryExceeded);

    private static PipelineGraph Container(ContainerNode container) => Highlights().WithOperator(0, node => node with
    {
        Container = container,
    });

    private static PipelineGraph Ports(params ContainerPort[] ports) => Container(new() { Ports = ports });

    private static PipelineGraph Variables(params EnvironmentVariable[] variables) => Highlights().WithOperator(0, node => node with
    {
        Environment = variables,
    });

    private static MediaOperatorNode Srt(MediaOperatorNode node) => node with { Container = new() { Ports = [new("srt", 9000, "UDP")] } };

    private static PipelineGraph Member((string Field, string Value) overlay, (string Field, string Value) encode) => Highlights()
        .WithOperator(2, node => node with
        {
            Container = new() { PodSettings = new Dictionary<string, string> { [overlay.Field] = overlay.Value } },
        })
        .WithOperator(3, node => node with
        {
            Container = new() { PodSettings = new Dictionary<string, string> { [encode.Field] = encode.Value } },
        });

    private static PipelineGraph Renamed(string from, string to)
    {
        var graph = Highlights();
        return graph with
        {
            Operators = [.. graph.Operators.Select(node => node.Name == from ? node with { Name = to } : node)],
            Edges = [.. graph.Edges.Select(edge => edge with { From = At(edge.From), To = At(edge.To) })],
            Groups = [.. graph.Groups.Select(group => group with
            {
                Operators = [.. group.Operators.Select(name => name == from ? to : name)],
            })],
        };

        PortRef At(PortRef port) => port.Operator == from ? port with { Operator = to } : port;
    }
}
