using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

/// <summary>What is in the schema and not built yet is refused by the name of its field.</summary>
public sealed class SupportRulesTests
{
    public static TheoryData<string> Fields => [.. Unbuilt.Keys];

    private static readonly Dictionary<string, PipelineGraph> Unbuilt = new()
    {
        ["spec.groups[0].mode"] = Highlights() with { Groups = [new("studio", GroupMode.SameNode, ["analyse"])] },
        ["spec.edges[3].retain"] = Highlights().WithEdge(3, edge => edge with { Retain = new Retention(10, null, null) }),
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void An_unbuilt_feature_is_refused_by_its_field(string field) =>
        GraphRulesTests.Refused(Unbuilt[field], GraphReason.Unsupported, field, "not supported yet");

    [Fact]
    public void Dropping_and_delivering_at_least_once_exclude_each_other() => GraphRulesTests.Refused(
        Highlights().WithEdge(2, edge => edge with { OnFull = OnFull.DropOldest }), GraphReason.Contradiction, "spec.edges[2].onFull",
            "AtLeastOnce");

    [Fact]
    public void A_deadline_and_delivering_at_least_once_exclude_each_other() => GraphRulesTests.Refused(
        Highlights().WithEdge(3, edge => edge with { DeadlineMilliseconds = 40 }), GraphReason.Contradiction,
            "spec.edges[3].deadlineMilliseconds", "AtMostOnce");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3_600_001)]
    public void A_deadline_has_bounds(int milliseconds) => GraphRulesTests.Refused(
        Highlights().WithEdge(2, edge => edge with { Delivery = Delivery.AtMostOnce, DeadlineMilliseconds = milliseconds }),
            GraphReason.OutOfBounds, "spec.edges[2].deadlineMilliseconds", "3600000");

    [Theory]
    [InlineData(OnFull.Block, null)]
    [InlineData(OnFull.Block, 40)]
    [InlineData(OnFull.DropOldest, 40)]
    [InlineData(OnFull.DropNewest, null)]
    [InlineData(OnFull.LatestOnly, 1)]
    public void An_edge_that_delivers_at_most_once_may_drop(OnFull onFull, int? deadline) =>
        GraphRules.Check(Highlights().WithEdge(2, edge => edge with
        {
            OnFull = onFull,
            Delivery = Delivery.AtMostOnce,
            DeadlineMilliseconds = deadline,
        })).ShouldBeEmpty();

    [Fact]
    public void What_is_built_is_accepted() => GraphRules.Check(Highlights() with
    {
        Transport = Transport.Tcp,
        Encryption = Encryption.Tls,
        Execution = Execution.Streaming,
        Polling = new Polling(PollingMode.Busy, 0),
    }).ShouldBeEmpty();

    [Fact]
    public void Frames_may_be_dealt_out_by_key() => GraphRules.Check(Highlights().WithEdge(0, edge => edge with
    {
        Distribution = Distribution.ByKey,
        KeyField = "camera",
    })).ShouldBeEmpty();
}
