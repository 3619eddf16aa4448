using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>What validation can see: without the webhook it stands in the condition, with it nothing is stored; in both cases no object is made.</summary>
public sealed class RefusalCases(TwoNodes cluster, ITestOutputHelper output) : FlowCase(cluster, output)
{
    private const int SecondsMax = 10;

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Every_refused_sample_says_so_in_its_condition_and_makes_no_object()
    {
        using var flow = NewFlow();
        var wrong = RefusedSamples.All.Select(sample => Judged(flow, sample)).OfType<string>().ToList();
        wrong.ShouldBeEmpty(string.Join('\n', wrong));
        Made(flow).ShouldBeEmpty();
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void With_the_webhook_every_refused_sample_is_turned_away_with_the_same_words()
    {
        using var flow = NewFlow();
        try
        {
            Cluster.Helm.Install("--set", "webhook.enabled=true");
            Wait.Until("the webhook answers", () => Refusal(flow, RefusedSamples.All[0]).Contains(RefusedSamples.All[0].Reason, StringComparison.Ordinal), () => Refusal(flow, RefusedSamples.All[0]), seconds: 60);
            foreach (var sample in RefusedSamples.All)
                Refusal(flow, sample).ShouldContain($"{sample.Message} ({sample.Reason})", Case.Sensitive, sample.Name);
            Kubectl.Get("mediapipelines", "-n", flow.Space).GetProperty("items").GetArrayLength().ShouldBe(0);
            Made(flow).ShouldBeEmpty();
            // What is in order passes, and flows.
            flow.Start();
            Print($"webhook on: {flow.Account}, recovery 0.0 s");
            flow.ShouldBeWhole("webhook on");
        }
        finally
        {
            Cluster.Helm.Install("--set", "webhook.enabled=false");
        }
    }

    /// <summary>Null where the condition says what it should.</summary>
    private string? Judged(Flow flow, RefusedSample sample)
    {
        var (code, answer) = Kubectl.Try(sample.Document(flow.Space), "apply", "-f", "-");
        if (code != 0)
            return $"{sample.Name} is not stored: {answer}";
        Wait.Until($"{sample.Name} is judged", () => flow.Condition("Accepted", sample.Name).ValueKind == JsonValueKind.Object, () => flow.Pipeline(sample.Name).ToString(), SecondsMax);
        var condition = flow.Condition("Accepted", sample.Name);
        var said = (condition.GetProperty("status").GetString(), condition.GetProperty("reason").GetString(), condition.GetProperty("message").GetString());
        return said == ("False", sample.Reason, sample.Message) ? null : $"{sample.Name}: {said}";
    }

    private string Refusal(Flow flow, RefusedSample sample)
    {
        var (code, answer) = Kubectl.Try(sample.Document(flow.Space), "apply", "-f", "-");
        if (code == 0)
            Kubectl.Run("delete", "mediapipeline", sample.Name, "-n", flow.Space);
        return code == 0 ? "" : answer;
    }

    private List<string> Made(Flow flow) => [.. Kubectl.Get("pods,mediaoperators,secrets,configmaps,services,networkpolicies,poddisruptionbudgets", "-n", flow.Space, "-l", "app.kubernetes.io/managed-by=k8smediaflow")
        .GetProperty("items").EnumerateArray().Select(one => $"{one.GetProperty("kind").GetString()} {one.GetProperty("metadata").GetProperty("name").GetString()}")];
}
