using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>What validation can see stands in the condition, and no object is made.</summary>
public sealed class RefusalCases(ITestOutputHelper output) : FlowCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Every_refused_sample_says_so_in_its_condition_and_makes_no_object()
    {
        using var flow = NewFlow();
        var (_, answer) = Kubectl.Try(string.Join("\n---\n", RefusedSamples.All.Select(sample => sample.Document(flow.Space))), "apply",
            "-f", "-");
        var wrong = RefusedSamples.All.Select(sample => Judged(flow, sample, answer)).OfType<string>().ToList();
        wrong.ShouldBeEmpty(string.Join('\n', wrong));
        MadeOf(flow).ShouldBeEmpty();
    }

    /// <summary>Every object that the controller has made there.</summary>
    internal static IReadOnlyList<string> MadeOf(Flow flow) =>
        flow.Kubectl.Run("get", "pods,mediaoperators,secrets,configmaps,services,networkpolicies,poddisruptionbudgets", "-n", flow.Space,
        "-l", "app.kubernetes.io/managed-by=k8smediaflow", "-o", "name", "--ignore-not-found")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Null where the condition says what it should, or where a server that knows the schema's rules has not let it in.</summary>
    private static string? Judged(Flow flow, RefusedSample sample, string answer)
    {
        if (flow.Pipeline(sample.Name).ValueKind == JsonValueKind.Undefined)
            return flow.Cluster.Version.Minor >= TwoNodes.RulesMinor
                && answer.Contains($"The MediaPipeline \"{sample.Name}\" is invalid", StringComparison.Ordinal)
                ? null
                : $"{sample.Name} is not stored: {answer}";
        Wait.Until($"{sample.Name} is judged", () => flow.Condition("Accepted", sample.Name).ValueKind == JsonValueKind.Object,
            () => flow.Pipeline(sample.Name).ToString());
        var condition = flow.Condition("Accepted", sample.Name);
        var said = (condition.GetProperty("status").GetString(), condition.GetProperty("reason").GetString(),
            condition.GetProperty("message").GetString());
        return said == ("False", sample.Reason, sample.Message) ? null : $"{sample.Name}: {said}";
    }
}

/// <summary>With the webhook, what validation can see is not even stored.</summary>
public sealed class WebhookCases(ITestOutputHelper output) : InstallingCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void With_the_webhook_every_refused_sample_is_turned_away_with_the_same_words()
    {
        using var flow = NewFlow();
        try
        {
            Cluster.Helm.Install("--set", "webhook.enabled=true");
            Wait.Until("the webhook answers",
                () => Refusal(flow, RefusedSamples.All[0]).Contains(RefusedSamples.All[0].Reason, StringComparison.Ordinal),
                () => Refusal(flow, RefusedSamples.All[0]));
            var answer = Refusal(flow, [.. RefusedSamples.All]);
            foreach (var sample in RefusedSamples.All)
                ShouldBeTurnedAway(sample, answer);
            Kubectl.Get("mediapipeline", space: flow.Space).GetProperty("items").GetArrayLength().ShouldBe(0);
            RefusalCases.MadeOf(flow).ShouldBeEmpty();
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

    /// <summary>The schema's rules come before the webhook, where the server knows them.</summary>
    private void ShouldBeTurnedAway(RefusedSample sample, string answer)
    {
        if (Cluster.Version.Minor < TwoNodes.RulesMinor
            || !answer.Contains($"The MediaPipeline \"{sample.Name}\" is invalid", StringComparison.Ordinal))
            answer.ShouldContain($"{sample.Message} ({sample.Reason})", Case.Sensitive, sample.Name);
    }

    /// <summary>What the server says to all of them, as one file; nothing where it takes one.</summary>
    private string Refusal(Flow flow, params IReadOnlyList<RefusedSample> samples)
    {
        var (code, answer) = Kubectl.Try(string.Join("\n---\n", samples.Select(sample => sample.Document(flow.Space))), "apply",
            "--validate=false", "-f", "-");
        if (code == 0)
            Kubectl.Run("delete", "mediapipelines", "--all", "-n", flow.Space);
        return code == 0 ? "" : answer;
    }
}
