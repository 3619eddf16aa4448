using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>What a pod's network-status annotation says of the RDMA network. It is written by others.</summary>
public class RdmaAddressTests
{
    private const string Written = """
        [{"name": "pods", "interface": "eth0", "ips": ["10.244.1.7"], "default": true, "dns": {}},
         {"name": "media/rdma-net", "interface": "net1", "ips": ["192.168.5.9", "fd00::9"], "mac": "02:00:00:00:00:01", "dns": {}},
         {"name": "media/rdma-net", "interface": "net2", "ips": ["192.168.5.10"]},
         {"name": "fabric/other", "interface": "net3", "ips": ["fd00::5"]}]
        """;

    [Theory]
    [InlineData("rdma-net", "192.168.5.9")]
    [InlineData("media/rdma-net", "192.168.5.9")]
    [InlineData("media/rdma-net@net2", "192.168.5.10")]
    [InlineData("fabric/other", "fd00::5")]
    public void The_address_is_that_of_the_named_network(string network, string address) =>
        Of(Written, network).ShouldBe(new(address, null));

    [Theory]
    [InlineData(null, "is Multus installed?")]
    [InlineData("", "is Multus installed?")]
    [InlineData("{", "is no JSON")]
    [InlineData("{}", "is no list")]
    [InlineData("[]", "has no network media/rdma-net")]
    [InlineData("[1, null, {\"name\": 7}]", "has no network media/rdma-net")]
    [InlineData("""[{"name": "fabric/rdma-net", "ips": ["1.2.3.4"]}]""", "has no network media/rdma-net")]
    [InlineData("""[{"name": "media/rdma-net"}]""", "no IP address")]
    [InlineData("""[{"name": "media/rdma-net", "ips": "192.168.5.9"}]""", "no IP address")]
    [InlineData("""[{"name": "media/rdma-net", "ips": [7, "here"]}]""", "no IP address")]
    public void What_is_wrong_is_said_with_the_pod(string? status, string words)
    {
        var found = Of(status, "rdma-net");
        found.Address.ShouldBeNull();
        found.Problem!.ShouldStartWith("pod pair-source-0-x: ");
        found.Problem.ShouldContain(words);
    }

    [Fact]
    public void Nothing_is_said_of_a_pod_that_asked_for_no_network_or_is_still_being_attached()
    {
        Of(null, null).ShouldBe(default);
        RdmaAddress.Of(Pod(null, "media/other"), "rdma-net").ShouldBe(default);
        RdmaAddress.Of(Pod(null, "rdma-net") with { Status = new() }, "rdma-net").ShouldBe(default);
    }

    private static RdmaAddress Of(string? status, string? network) => RdmaAddress.Of(Pod(status, network), network);

    private static Pod Pod(string? status, string? networks)
    {
        var annotations = new Dictionary<string, string>();
        if (networks is not null)
            annotations[RdmaAddress.NetworksAnnotation] = $"media/storage,{networks}";
        if (status is not null)
            annotations[RdmaAddress.StatusAnnotation] = status;
        return new()
        {
            Metadata = new() { Name = "pair-source-0-x", Namespace = "media", Annotations = annotations },
            Status = new() { PodIP = "10.244.1.7" },
        };
    }
}
