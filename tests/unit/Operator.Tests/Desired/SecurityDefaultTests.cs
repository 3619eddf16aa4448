using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Tests.Desired;

/// <summary>Whatever one field a user sets: no default of ours makes a pod of it that the server or the node refuses.</summary>
public class SecurityDefaultTests
{
    [Fact]
    public void What_is_not_set_is_as_the_restricted_profile_has_it()
    {
        var container = SecurityDefaults.Container(null);
        (container.AllowPrivilegeEscalation, container.Capabilities!.Drop!.Single(), container.Privileged, container.RunAsNonRoot)
            .ShouldBe((false, "ALL", null, null));
        var pod = SecurityDefaults.Pod(null);
        (pod.RunAsNonRoot, pod.RunAsUser, pod.SeccompProfile!.Type).ShouldBe((true, SecurityDefaults.UserId, "RuntimeDefault"));
    }

    [Fact]
    public void Privileged_alone_is_a_pod_that_the_server_takes()
    {
        foreach (var asked in new[]
        {
            new SecurityContext { Privileged = true },
            new() { Capabilities = new(null, ["CAP_SYS_ADMIN"]) },
            new() { Capabilities = new(null, ["SYS_ADMIN"]) },
        })
            SecurityDefaults.Container(asked).AllowPrivilegeEscalation.ShouldBeNull("the server refuses it beside: " + asked);
        SecurityDefaults.Container(new() { Privileged = false, Capabilities = new(null, ["NET_ADMIN"]) })
            .AllowPrivilegeEscalation.ShouldBe(false);
        SecurityDefaults.Container(new() { Privileged = true, AllowPrivilegeEscalation = false })
            .AllowPrivilegeEscalation.ShouldBe(false, "what is set stands, and the server's word is shown");
    }

    [Fact]
    public void User_0_alone_is_a_pod_that_the_node_takes()
    {
        SecurityDefaults.Container(new() { RunAsUser = 0 })
            .RunAsNonRoot.ShouldBe(false, "the pod's default is true, and the node would not start it");
        SecurityDefaults.Pod(new() { RunAsUser = 0 }).RunAsNonRoot.ShouldBe(false);
        SecurityDefaults.Container(new() { RunAsUser = 1000 }).RunAsNonRoot.ShouldBeNull();
        SecurityDefaults.Pod(new() { RunAsUser = 1000 }).RunAsNonRoot.ShouldBe(true);
    }
}
