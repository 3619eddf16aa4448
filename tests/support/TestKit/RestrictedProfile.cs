using System.Text.Json.Nodes;

namespace K8sMediaFlow.TestKit;

/// <summary>
/// The pod security profile "restricted" (with all of "baseline"), as the admission of newer servers has it: what a pod may not ask for.
/// For servers that have no such admission, and for pods that are only rendered.
/// </summary>
public static class RestrictedProfile
{
    private static readonly string[] VolumeKinds = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
        "projected", "secret"];
    private static readonly string[] SeLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
    private static readonly string[] AppArmorTypes = ["RuntimeDefault", "Localhost"];

    private static readonly string[] SafeSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
    ];

    /// <summary>
    /// What breaks the profile in a Pod, in anything with a pod template, or in a bare pod spec: one sentence each, beginning with the
    /// place.
    /// </summary>
    public static IReadOnlyList<string> Violations(JsonNode document)
    {
        var pod = document["spec"]?["template"]
            ?? (document["spec"]?["containers"] is null ? new JsonObject { ["spec"] = document.DeepClone() } : document);
        var spec = pod["spec"] ?? throw new ArgumentException("this has no pod in it", nameof(document));
        return [.. OfPod(spec), .. AppArmorAnnotations(pod),
            .. Containers(spec).SelectMany(one => OfContainer(one.Place, one.Container, spec["securityContext"]))];
    }

    private static IEnumerable<string> OfPod(JsonNode spec)
    {
        foreach (var field in new[] { "hostNetwork", "hostPID", "hostIPC" })
            if (IsTrue(spec[field]))
                yield return $"{field}: pods may not share the host's";
        foreach (var volume in List(spec["volumes"]))
            foreach (var kind in volume.AsObject().Where(field => field.Key != "name" && !VolumeKinds.Contains(field.Key)))
                yield return $"volumes[{Text(volume["name"])}]: {kind.Key} is no volume of the profile";
        foreach (var sysctl in List(spec["securityContext"]?["sysctls"]))
            if (!SafeSysctls.Contains(Text(sysctl["name"])))
                yield return $"securityContext.sysctls: {Text(sysctl["name"])} is not safe";
        foreach (var violation in Shared("securityContext", spec["securityContext"]))
            yield return violation;
    }

    private static IEnumerable<string> OfContainer(string place, JsonNode container, JsonNode? pod)
    {
        var own = container["securityContext"];
        if (!IsTrue(own?["runAsNonRoot"] ?? pod?["runAsNonRoot"]))
            yield return $"{place}.securityContext.runAsNonRoot: must be true here or for the pod";
        if (!IsFalse(own?["allowPrivilegeEscalation"]))
            yield return $"{place}.securityContext.allowPrivilegeEscalation: must be false";
        if (IsTrue(own?["privileged"]))
            yield return $"{place}.securityContext.privileged: must not be";
        if (!Texts(own?["capabilities"]?["drop"]).Contains("ALL"))
            yield return $"{place}.securityContext.capabilities.drop: must have ALL";
        foreach (var added in Texts(own?["capabilities"]?["add"]).Where(one => one != "NET_BIND_SERVICE"))
            yield return $"{place}.securityContext.capabilities.add: {added} is more than NET_BIND_SERVICE";
        if ((own?["seccompProfile"] ?? pod?["seccompProfile"]) is null)
            yield return $"{place}.securityContext.seccompProfile: must be set here or for the pod";
        if (Text(own?["procMount"]) is not ("" or "Default"))
            yield return $"{place}.securityContext.procMount: must be Default";
        foreach (var port in List(container["ports"]).Where(port => Text(port["hostPort"]) is not ("" or "0")))
            yield return $"{place}.ports: hostPort {port["hostPort"]} is the host's";
        foreach (var hook in Actions(container).Where(action => Text(action.Value["host"]).Length > 0))
            yield return $"{place}.{hook.Key}.host: must not name another host";
        foreach (var violation in Shared($"{place}.securityContext", own))
            yield return violation;
    }

    /// <summary>What pod and container may both say, and must both say right.</summary>
    private static IEnumerable<string> Shared(string place, JsonNode? context)
    {
        if (IsFalse(context?["runAsNonRoot"]))
            yield return $"{place}.runAsNonRoot: must not be false";
        if (Text(context?["runAsUser"]) == "0")
            yield return $"{place}.runAsUser: must not be 0";
        if (context?["seccompProfile"] is { } seccomp && Text(seccomp["type"]) is not ("RuntimeDefault" or "Localhost"))
            yield return $"{place}.seccompProfile.type: {Text(seccomp["type"])} lets everything through";
        if (context?["appArmorProfile"] is { } armor && !AppArmorTypes.Contains(Text(armor["type"])))
            yield return $"{place}.appArmorProfile.type: {Text(armor["type"])} lets everything through";
        if (IsTrue(context?["windowsOptions"]?["hostProcess"]))
            yield return $"{place}.windowsOptions.hostProcess: must not be";
        if (context?["seLinuxOptions"] is { } labels
            && (!SeLinuxTypes.Contains(Text(labels["type"])) || Text(labels["user"]).Length + Text(labels["role"]).Length > 0))
            yield return $"{place}.seLinuxOptions: type must be a container's, user and role must be empty";
    }

    private static IEnumerable<string> AppArmorAnnotations(JsonNode pod) =>
        from annotation in pod["metadata"]?["annotations"]?.AsObject() ?? []
        where annotation.Key.StartsWith("container.apparmor.security.beta.kubernetes.io/", StringComparison.Ordinal)
        let profile = Text(annotation.Value)
        where profile is not ("" or "runtime/default") && !profile.StartsWith("localhost/", StringComparison.Ordinal)
        select $"metadata.annotations: AppArmor profile {profile} lets everything through";

    private static IEnumerable<(string Place, JsonNode Container)> Containers(JsonNode spec) =>
        from field in new[] { "initContainers", "containers", "ephemeralContainers" }
        from container in List(spec[field])
        select ($"{field}[{Text(container["name"])}]", container);

    /// <summary>What probes and hooks connect to.</summary>
    private static IEnumerable<(string Key, JsonNode Value)> Actions(JsonNode container) =>
        from hook in new (string Key, JsonNode? Value)[]
        {
            ("startupProbe", container["startupProbe"]), ("livenessProbe", container["livenessProbe"]),
                ("readinessProbe", container["readinessProbe"]),
            ("lifecycle.postStart", container["lifecycle"]?["postStart"]), ("lifecycle.preStop", container["lifecycle"]?["preStop"]),
        }
        from kind in new[] { "httpGet", "tcpSocket" }
        where hook.Value?[kind] is not null
        select ($"{hook.Key}.{kind}", hook.Value![kind]!);

    private static IEnumerable<JsonNode> List(JsonNode? node) => (node?.AsArray() ?? []).OfType<JsonNode>();

    private static IEnumerable<string> Texts(JsonNode? node) => List(node).Select(one => one.GetValue<string>());

    private static string Text(JsonNode? node) => node is null ? "" : node.ToString();

    private static bool IsTrue(JsonNode? node) => node is not null && node.GetValue<bool>();

    private static bool IsFalse(JsonNode? node) => node is not null && !node.GetValue<bool>();
}
