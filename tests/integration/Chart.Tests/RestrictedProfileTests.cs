using System.Text.Json.Nodes;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Chart.Tests;

/// <summary>Our checker of the restricted profile: each of its rules with a pod that breaks it, and only it.</summary>
public sealed class RestrictedProfileTests
{
    private static readonly Dictionary<string, (Action<JsonNode> Spoil, string Place)> Spoilt = new()
    {
        ["host network"] = (pod => pod["spec"]!["hostNetwork"] = true, "hostNetwork"),
        ["host processes"] = (pod => pod["spec"]!["hostPID"] = true, "hostPID"),
        ["host ipc"] = (pod => pod["spec"]!["hostIPC"] = true, "hostIPC"),
        ["host path"] = (pod => pod["spec"]!["volumes"]![0]!.AsObject().Add("hostPath", new JsonObject()), "volumes[tmp]"),
        ["volume of the node's network"] = (pod => pod["spec"]!["volumes"]![0]!.AsObject().Add("nfs", new JsonObject()), "volumes[tmp]"),
        ["unsafe sysctl"] = (pod => Context(pod)["sysctls"] = JsonNode.Parse("""[{"name": "kernel.msgmax", "value": "1"}]"""),
            "securityContext.sysctls"),
        ["pod as root"] = (pod => Context(pod)["runAsUser"] = 0, "securityContext.runAsUser"),
        ["pod's seccomp"] = (pod => Context(pod)["seccompProfile"] = JsonNode.Parse("""{"type": "Unconfined"}"""),
            "securityContext.seccompProfile.type"),
        ["pod's AppArmor"] = (pod => Context(pod)["appArmorProfile"] = JsonNode.Parse("""{"type": "Unconfined"}"""),
            "securityContext.appArmorProfile.type"),
        ["AppArmor by annotation"] = (pod => pod["metadata"]!["annotations"] = new JsonObject
        {
            ["container.apparmor.security.beta.kubernetes.io/main"] = "unconfined",
        },
            "metadata.annotations"),
        ["pod's SELinux"] = (pod => Context(pod)["seLinuxOptions"] = JsonNode.Parse("""{"type": "spc_t"}"""),
            "securityContext.seLinuxOptions"),
        ["SELinux user"] = (pod => Own(pod)["seLinuxOptions"] = JsonNode.Parse("""{"user": "system_u"}"""),
            "containers[main].securityContext.seLinuxOptions"),
        ["host process of Windows"] = (pod => Own(pod)["windowsOptions"] = JsonNode.Parse("""{"hostProcess": true}"""),
            "containers[main].securityContext.windowsOptions.hostProcess"),
        ["root allowed"] = (pod => Own(pod)["runAsNonRoot"] = false, "containers[main].securityContext.runAsNonRoot"),
        ["container as root"] = (pod => Own(pod)["runAsUser"] = 0, "containers[main].securityContext.runAsUser"),
        ["privileged"] = (pod => Own(pod)["privileged"] = true, "containers[main].securityContext.privileged"),
        ["escalation"] = (pod => Own(pod)["allowPrivilegeEscalation"] = true, "containers[main].securityContext.allowPrivilegeEscalation"),
        ["escalation by default"] = (pod => Own(pod).Remove("allowPrivilegeEscalation"),
            "containers[main].securityContext.allowPrivilegeEscalation"),
        ["capabilities kept"] = (pod => Own(pod)["capabilities"]!.AsObject().Remove("drop"),
            "containers[main].securityContext.capabilities.drop"),
        ["capability added"] = (pod => Own(pod)["capabilities"]!["add"] = new JsonArray("IPC_LOCK"),
            "containers[main].securityContext.capabilities.add"),
        ["container's seccomp"] = (pod => Own(pod)["seccompProfile"] = JsonNode.Parse("""{"type": "Unconfined"}"""),
            "containers[main].securityContext.seccompProfile.type"),
        ["no seccomp"] = (pod => Context(pod).Remove("seccompProfile"), "containers[main].securityContext.seccompProfile"),
        ["no word about root"] = (pod => Context(pod).Remove("runAsNonRoot"), "containers[main].securityContext.runAsNonRoot"),
        ["unmasked proc"] = (pod => Own(pod)["procMount"] = "Unmasked", "containers[main].securityContext.procMount"),
        ["host port"] = (pod => First(pod)["ports"]![0]!["hostPort"] = 80, "containers[main].ports"),
        ["probe of another host"] = (pod => First(pod)["livenessProbe"] =
            JsonNode.Parse("""{"tcpSocket": {"port": 80, "host": "10.0.0.1"}}"""), "containers[main].livenessProbe.tcpSocket.host"),
        ["hook of another host"] = (pod => First(pod)["lifecycle"] =
            JsonNode.Parse("""{"preStop": {"httpGet": {"port": 80, "host": "10.0.0.1"}}}"""),
            "containers[main].lifecycle.preStop.httpGet.host"),
        ["init container"] = (pod => pod["spec"]!["initContainers"] = new JsonArray(Changed(First(pod),
            one => one["securityContext"]!["privileged"] = true)),
            "initContainers[main].securityContext.privileged"),
        ["ephemeral container"] = (pod => pod["spec"]!["ephemeralContainers"] = new JsonArray(Changed(First(pod),
            one => one["securityContext"]!["privileged"] = true)),
            "ephemeralContainers[main].securityContext.privileged"),
    };

    public static TheoryData<string> Rules => [.. Spoilt.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_pod_that_breaks_a_rule_is_found_out(string rule)
    {
        var pod = Sound();
        Spoilt[rule].Spoil(pod);
        // What is said wrongly at a container also counts as not said rightly; the place is the same.
        RestrictedProfile.Violations(pod).Select(violation => violation[..violation.IndexOf(": ", StringComparison.Ordinal)]).Distinct()
            .ShouldBe([Spoilt[rule].Place]);
    }

    [Fact]
    public void A_restricted_pod_is_left_in_peace() => RestrictedProfile.Violations(Sound()).ShouldBeEmpty();

    [Fact]
    public void A_template_and_a_bare_spec_are_looked_at_like_a_pod()
    {
        var pod = Sound();
        pod["spec"]!["hostIPC"] = true;
        RestrictedProfile.Violations(pod["spec"]!).Count.ShouldBe(1);
        RestrictedProfile.Violations(new JsonObject { ["spec"] = new JsonObject { ["template"] = pod } }).Count.ShouldBe(1);
    }

    private static JsonObject First(JsonNode pod) => pod["spec"]!["containers"]![0]!.AsObject();

    private static JsonObject Own(JsonNode pod) => First(pod)["securityContext"]!.AsObject();

    private static JsonObject Context(JsonNode pod) => pod["spec"]!["securityContext"]!.AsObject();

    private static JsonNode Changed(JsonNode node, Action<JsonNode> change)
    {
        var copy = node.DeepClone();
        change(copy);
        return copy;
    }

    private static JsonNode Sound() => JsonNode.Parse("""
        {
          "kind": "Pod", "metadata": {"name": "sound"},
          "spec": {
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "volumes": [{"name": "tmp", "emptyDir": {}}],
            "containers": [{
              "name": "main", "ports": [{"containerPort": 80}], "livenessProbe": {"httpGet": {"port": 80}},
              "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}
            }]
          }
        }
        """)!;
}
