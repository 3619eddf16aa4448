using System.Reflection;
using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>
/// What the schema says of types that stand in other rooms: parts of a pod, whose records have no sentences for users, and caps, whose room
/// knows no schemas.
/// </summary>
internal static class ForeignTypes
{
    private static readonly Dictionary<string, string> Texts = new()
    {
        ["SecurityContext"] = "What a container may do.",
        ["SecurityContext.RunAsNonRoot"] = "Whether the container is refused where it would run as user 0.",
        ["SecurityContext.RunAsUser"] = "The user that its processes run as.",
        ["SecurityContext.RunAsGroup"] = "The group that its processes run as.",
        ["SecurityContext.AllowPrivilegeEscalation"] = "Whether a process may gain more than its parent has.",
        ["SecurityContext.Privileged"] = "Whether the container may do what the node may. The restricted profile refuses it.",
        ["SecurityContext.ReadOnlyRootFilesystem"] = "Whether the image's files are read-only.",
        ["SecurityContext.Capabilities"] = "Capabilities to drop and to add.",
        ["SecurityContext.SeccompProfile"] = "System calls that are let through.",
        ["SecurityContext.SeLinuxOptions"] = "SELinux labels, as in a pod.",
        ["SecurityContext.ProcMount"] = "How /proc is mounted.",
        ["Capabilities.Drop"] = "Capabilities to drop; ALL drops all.",
        ["Capabilities.Add"] = "Capabilities to add.",
        ["SeccompProfile.Type"] = "RuntimeDefault, Localhost or Unconfined.",
        ["SeccompProfile.LocalhostProfile"] = "A profile of the node, with type Localhost.",
        ["PodSecurityContext.RunAsNonRoot"] = "Whether containers are refused that would run as user 0.",
        ["PodSecurityContext.RunAsUser"] = "The user that processes run as.",
        ["PodSecurityContext.RunAsGroup"] = "The group that processes run as.",
        ["PodSecurityContext.FsGroup"] = "The group that owns the files of volumes.",
        ["PodSecurityContext.FsGroupChangePolicy"] = "OnRootMismatch or Always.",
        ["PodSecurityContext.SupplementalGroups"] = "Further groups of the processes.",
        ["PodSecurityContext.SeccompProfile"] = "System calls that are let through.",
        ["PodSecurityContext.SeLinuxOptions"] = "SELinux labels, as in a pod.",
        ["PodSecurityContext.Sysctls"] = "Kernel parameters of the pod, as in a pod.",
        ["Probe.Exec"] = "Runs a program in the container; exit code 0 means well.",
        ["Probe.HttpGet"] = "Asks over HTTP; 200 to 399 means well.",
        ["Probe.TcpSocket"] = "Connects over TCP.",
        ["Probe.Grpc"] = "Asks the gRPC health service.",
        ["Probe.InitialDelaySeconds"] = "How long to wait before the first probe.",
        ["Probe.PeriodSeconds"] = "Time from probe to probe.",
        ["Probe.TimeoutSeconds"] = "How long an answer may take.",
        ["Probe.SuccessThreshold"] = "Good answers in a row that count as well.",
        ["Probe.FailureThreshold"] = "Bad answers in a row that count as ill.",
        ["Probe.TerminationGracePeriodSeconds"] = "How long the container may take to end where this probe ends it.",
        ["ExecAction.Command"] = "Program and arguments; no shell.",
        ["HttpGetAction.Path"] = "Path of the request.",
        ["HttpGetAction.Port"] = "Number or name of the port.",
        ["HttpGetAction.Scheme"] = "HTTP or HTTPS.",
        ["HttpGetAction.Host"] = "Another host than the pod.",
        ["TcpSocketAction.Port"] = "Number or name of the port.",
        ["TcpSocketAction.Host"] = "Another host than the pod.",
        ["GrpcAction.Port"] = "Number of the port.",
        ["GrpcAction.Service"] = "The service to ask about.",
        ["LocalReference"] = "An object of the same namespace.",
        ["LocalReference.Name"] = "Its name.",
        ["ResourceClaimReference"] = "A claim that the container uses.",
        ["ResourceClaimReference.Name"] = "A claim of resourceClaims.",
        ["ResourceClaimReference.Request"] = "One request of the claim; all where unset.",
        ["LabelSelector.MatchLabels"] = "Labels and values that must be there.",
        ["LabelSelector.MatchExpressions"] = "Further demands on labels.",
        ["LabelRequirement"] = "A demand on one label.",
        ["LabelRequirement.Key"] = "The label.",
        ["LabelRequirement.Operator"] = "In, NotIn, Exists or DoesNotExist.",
        ["LabelRequirement.Values"] = "Values, with In and NotIn.",
        ["Condition"] = "The answer to one question.",
        ["Condition.Type"] = "The question, such as Ready.",
        ["Condition.Status"] = "True, False or Unknown.",
        ["Condition.ObservedGeneration"] = "The generation of the spec that the answer is about.",
        ["Condition.LastTransitionTime"] = "When the answer last changed.",
        ["Condition.Reason"] = "Why, as one stable word for programs.",
        ["Condition.Message"] = "Why, as a sentence.",
    };

    private static readonly Dictionary<(Type, string), BoundsAttribute> Numbers = new()
    {
        [(typeof(VideoCaps), nameof(VideoCaps.Width))] = new(1, FrameLimits.SideMax),
        [(typeof(VideoCaps), nameof(VideoCaps.Height))] = new(1, FrameLimits.SideMax),
        [(typeof(AudioCaps), nameof(AudioCaps.SampleRate))] = new(1, FrameLimits.SampleRateMax),
        [(typeof(AudioCaps), nameof(AudioCaps.Channels))] = new(1, FrameLimits.ChannelsMax),
    };

    internal static string Describe(string type, string? field) => Texts.TryGetValue(field is null ? type : $"{type}.{field}", out var text)
        ? text
        : throw new InvalidOperationException(
            $"{type}{(field is null ? "" : "." + field)} has no description: write one at its type, or here for a part of a pod");

    internal static BoundsAttribute? Bounds(PropertyInfo property) => Numbers.GetValueOrDefault((property.DeclaringType!, property.Name));

    internal static IEnumerable<CelRuleAttribute> Rules(Type type) =>
        type == typeof(MediaCaps) ? [new CelRuleAttribute("has(self.video) != has(self.audio)", "a port carries video or audio")] : [];
}
