using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

public sealed class DeviceRulesTests
{
    [Fact]
    public void A_device_that_the_transport_does_not_use_is_refused() => GraphRulesTests.Refused(
        Highlights() with { Transport = Transport.Tcp, Rdma = new() { ResourceName = "rdma/hca" } }, GraphReason.Contradiction, "spec.rdma",
            "transport TCP uses no RDMA device");

    [Fact]
    public void Encryption_is_refused_where_RDMA_is_asked_for_and_taken_with_a_device_that_is_not_used()
    {
        GraphRulesTests.Refused(With(new() { ResourceName = "rdma/hca" }) with { Transport = Transport.Rdma, Encryption = Encryption.Tls },
            GraphReason.Contradiction, "spec.encryption", "encryption TLS cannot be had with transport RDMA");
        GraphRulesTests.Refused(Highlights() with { Transport = Transport.Rdma, Encryption = Encryption.Tls }, GraphReason.Contradiction,
            "spec.encryption", "use transport Auto or TCP");
        GraphRules.Check(With(new() { ResourceName = "rdma/hca" }) with { Encryption = Encryption.Tls }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, null, "exactly one")]
    [InlineData("rdma/hca", "nic", "it has both")]
    public void A_device_is_named_by_one_thing(string? resource, string? template, string words) =>
        GraphRulesTests.Refused(With(new() { ResourceName = resource, ClaimTemplateName = template }), GraphReason.BadResource, "spec.rdma",
            words);

    [Theory]
    [InlineData("hca")]
    [InlineData("rdma/")]
    [InlineData("rdma/hca/a")]
    [InlineData("RDMA/hca")]
    [InlineData("rdma/-hca")]
    [InlineData("kubernetes.io/hca")]
    public void A_resource_that_no_node_can_offer_is_refused(string resource) =>
        GraphRulesTests.Refused(With(new() { ResourceName = resource }), GraphReason.BadResource, "spec.rdma.resourceName", "DOMAIN/NAME");

    [Theory]
    [InlineData("rdma/hca_shared_devices_a")]
    [InlineData("nvidia.com/mlnx_sriov_rdma")]
    [InlineData("example.com/RNIC.v2")]
    public void Resources_as_plugins_name_them_are_accepted(string resource) =>
        GraphRules.Check(With(new() { ResourceName = resource })).ShouldBeEmpty();

    [Fact]
    public void A_claim_template_has_the_name_of_an_object()
    {
        GraphRules.Check(With(new() { ClaimTemplateName = "rdma.nic" })).ShouldBeEmpty();
        GraphRulesTests.Refused(With(new() { ClaimTemplateName = "My NIC" }), GraphReason.BadName, "spec.rdma.resourceClaimTemplateName",
            "My NIC");
    }

    [Theory]
    [InlineData("rdma-net")]
    [InlineData("fabric/rdma-net")]
    [InlineData("fabric/rdma-net@net1")]
    [InlineData("rdma-net@rdma0")]
    public void A_network_is_named_as_the_pods_annotation_has_it(string network) =>
        GraphRules.Check(With(new() { ResourceName = "rdma/hca", Network = network })).ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("a,b")]
    [InlineData("[{\"name\": \"a\"}]")]
    [InlineData("a/b/c")]
    [InlineData("a@")]
    [InlineData("a@b@c")]
    [InlineData("a@much-too-long-for-it")]
    public void What_is_no_one_network_is_refused(string network) =>
        GraphRulesTests.Refused(With(new() { ResourceName = "rdma/hca", Network = network }), GraphReason.BadName, "spec.rdma.network",
            "NAMESPACE/NAME");

    [Fact]
    public void In_a_cluster_transport_RDMA_needs_a_device_and_on_this_machine_it_does_not()
    {
        var graph = Highlights() with { Transport = Transport.Rdma };
        GraphRules.Check(graph).ShouldBeEmpty();
        var refused = GraphRules.CheckForCluster(graph).ShouldHaveSingleItem();
        (refused.Path, refused.Reason).ShouldBe(("spec.rdma", GraphReason.Contradiction));
        refused.Message.ShouldContain("resourceClaimTemplateName");
        GraphRules.Warnings(graph).ShouldContain(refused);
        GraphRules.CheckForCluster(graph with { Rdma = new() { ResourceName = "rdma/hca" } }).ShouldBeEmpty();
    }

    private static PipelineGraph With(RdmaNode rdma) => Highlights() with { Transport = Transport.Auto, Rdma = rdma };
}
