using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>
/// Media operators that cannot go on: why stands in the condition, and stays there when the pods and their logs are gone.
/// </summary>
public sealed class FailureCases(ITestOutputHelper output) : FlowCase(output)
{
    private const string Generate = "args: [generate, --realtime, --frames, \"250\", --record, /records/sent]";

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_batch_whose_media_operator_gives_up_fails_with_its_name_and_its_words()
    {
        using var flow = NewFlow();
        flow.Apply(Documents.Flow(flow.Space, "Batch").With(Generate, "args: [decode, --input, /records/nothing.mp4]"));
        Wait.Until("the batch has failed", () => Ready(flow).Reason == "OperatorFailed", flow.Describe);
        Print($"gave up: {Ready(flow).Message}");
        Ready(flow).Message.ShouldSatisfyAllConditions(message => message.ShouldContain("operator 'source'"),
            message => message.ShouldContain("nothing.mp4"));
        flow.Pipeline().GetProperty("status").GetProperty("phase").GetString().ShouldBe("Failed");
        Kubectl.Run("delete", "pods", "--all", "-n", flow.Space, "--wait=false");
        Wait.Until("the pods are gone", () => flow.Pods().Count == 0, flow.Describe);
        Thread.Sleep(TimeSpan.FromSeconds(3));
        Ready(flow).Message.ShouldContain("nothing.mp4");
        flow.Pods().ShouldBeEmpty("what has failed is not begun again");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_media_operator_that_ends_again_and_again_is_named_with_what_it_said_last()
    {
        using var flow = NewFlow();
        flow.Apply(Documents.Flow(flow.Space, "Batch")
            .With("args: [analyse],",
            """command: [bash, -c, "echo the licence has expired >&2; echo '   at Licence.Check()' >&2; exit 3"],"""));
        Wait.Until("its words stand in the condition",
            () => Ready(flow).Message.Contains("the licence has expired", StringComparison.Ordinal),
            flow.Describe);
        Print($"crashes: {Ready(flow).Message}");
        Ready(flow).ShouldSatisfyAllConditions(ready => ready.Reason.ShouldBe("ContainerFailing"),
            ready => ready.Message.ShouldContain("container analyse"), ready => ready.Message.ShouldContain("code 3"));
    }

    private static (string Reason, string Message) Ready(Flow flow) => flow.Condition("Ready") is { ValueKind: JsonValueKind.Object } ready
        ? (ready.GetProperty("reason").GetString()!, ready.GetProperty("message").GetString()!) : ("", "");
}
