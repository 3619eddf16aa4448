using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class PodFootprintTests
{
    [Theory]
    [InlineData("500m", "0.5", true)]
    [InlineData("1Gi", "1024Mi", true)]
    [InlineData("8589934592", "8Gi", true)]
    [InlineData("1", "1001m", false)]
    [InlineData("1G", "1Gi", false)]
    [InlineData("1", "nonsense", false)]
    [InlineData("1", "99999999999999999999Ei", false)]
    public void Amounts_are_compared_whatever_they_are_written_in(string has, string needs, bool fits) =>
        Of(has).MakesRoomFor(Of(needs)).ShouldBe(fits);

    [Fact]
    public void A_pod_makes_room_only_for_one_that_may_be_where_it_is()
    {
        Of("1").MakesRoomFor(Of("1", "fast")).ShouldBeFalse();
        Of("1", "fast").MakesRoomFor(Of("1", "fast")).ShouldBeTrue();
    }

    [Fact]
    public void A_pod_makes_room_only_for_one_that_mounts_no_other_object()
    {
        Volume claim = new() { Name = "v", PersistentVolumeClaim = new("media") }, secret = new() { Name = "s", Secret = new("gone") };
        Volume other = new() { Name = "v", PersistentVolumeClaim = new("other") }, scratch = new() { Name = "e", EmptyDir = new() };
        Fits([claim, secret], [claim]).ShouldBeTrue("one volume less");
        Fits([claim], [claim with { Name = "renamed" }, scratch]).ShouldBeTrue("a directory is made with the pod");
        Fits([claim], [other]).ShouldBeFalse();
        Fits([claim], [claim, secret]).ShouldBeFalse();
        Fits([claim], [claim, new() { Name = "c", ConfigMap = new("gone") }]).ShouldBeFalse();

        static bool Fits(Volume[] has, Volume[] needs) =>
            PodFootprint.Of(Pod("1", null, has)).MakesRoomFor(PodFootprint.Of(Pod("1", null, needs)));
    }

    private static PodFootprint Of(string amount, string? pool = null) => PodFootprint.Of(Pod(amount, pool));

    private static Pod Pod(string amount, string? pool, params Volume[] volumes) => new()
    {
        Spec = new()
        {
            Containers = [new() { Name = "a", Resources = new() { Requests = new Dictionary<string, string> { ["x"] = amount } } }],
            NodeSelector = pool is null ? null : new Dictionary<string, string> { ["pool"] = pool },
            Tolerations = JsonSerializer.SerializeToElement(new[] { new { key = "a" } }),
            Volumes = volumes,
        },
    };
}
