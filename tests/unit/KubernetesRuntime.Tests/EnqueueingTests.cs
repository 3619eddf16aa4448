using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

public class EnqueueingTests
{
    [Fact]
    public void An_owner_of_another_kind_or_group_is_no_parent()
    {
        OwnerReference Owner(string version, string kind, bool? controller) => new()
        {
            ApiVersion = version,
            Kind = kind,
            Name = "p",
            Uid = "u",
            Controller = controller,
        };
        ObjectKey? Key(OwnerReference owner) =>
            Enqueueing.OwnerKey(new() { Name = "c", Namespace = "n", OwnerReferences = [owner] }, Resources.NetworkPolicies);
        Key(Owner("networking.k8s.io/v1beta1", "NetworkPolicy", true)).ShouldBe(new("n", "p"));
        Key(Owner("networking.k8s.io/v1", "NetworkPolicy", null)).ShouldBeNull();
        Key(Owner("networking.k8s.io/v1", "Ingress", true)).ShouldBeNull();
        Key(Owner("v1", "NetworkPolicy", true)).ShouldBeNull();
        Enqueueing.OwnerKey(new() { Name = "c", OwnerReferences = [Owner("v1", "Node", true)] }, Resources.Nodes).ShouldBe(new("", "p"));
    }
}
