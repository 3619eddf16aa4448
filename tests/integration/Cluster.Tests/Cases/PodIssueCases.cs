using System.Diagnostics;
using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>What users get wrong and only the cluster can see: said in the condition Ready soon after it is visible at all.</summary>
public sealed class PodIssueCases(ITestOutputHelper output) : FlowCase(output)
{
    // Where it is visible: in the pods' own status, or only in the Events about them.
    public static TheoryData<string, string, string, string, string, string> PodIssues => new()
    {
        { "image that does not exist", $"{{name: analyse, image: {Documents.Operators}", "{name: analyse, image: localhost/nothing:1",
            "pods", "ErrImagePull", "ImageUnavailable" },
        { "missing Secret of variables", "args: [analyse],", "args: [analyse], envFrom: [{secretRef: {name: nowhere}}],", "pods",
            "CreateContainerConfigError", "ConfigMissing" },
        { "missing Secret of a volume", "volumes: [", "volumes: [{name: gone, secret: {secretName: nowhere}}, ", "events", "nowhere",
            "VolumeUnavailable" },
        { "memory that no node has", "args: [analyse],", "args: [analyse], resources: {requests: {memory: 900Gi}},", "pods",
            "Insufficient memory", "Unschedulable" },
    };

    [NeedsTheory("kubernetes", "images", "helm", "root")]
    [MemberData(nameof(PodIssues))]
    public void A_trouble_that_the_cluster_sees_stands_in_the_condition(string what, string part, string by, string where, string visible,
        string reason)
    {
        using var flow = NewFlow();
        // A claim that is not bound yet is a trouble of its own.
        Wait.Until("the claim is bound",
            () => Kubectl.Run("get", "persistentvolumeclaim", "records", "-n", flow.Space, "--no-headers")
            .Contains(" Bound ", StringComparison.Ordinal));
        var document = Documents.Flow(flow.Space, "Streaming").With(part, by);
        flow.Apply(what.EndsWith("volume", StringComparison.Ordinal)
            ? document.With("args: [analyse],", "args: [analyse], volumeMounts: [{name: gone, mountPath: /gone}],")
            : document);
        Wait.Until($"'{visible}' is visible",
            () => Kubectl.Run("get", where, "-n", flow.Space, "-o", "yaml").Contains(visible, StringComparison.Ordinal), flow.Describe);
        var watch = Stopwatch.StartNew();
        var message = "";
        Wait.Until($"Ready=False for {reason}", () => Says(flow.Condition("Ready"), reason, out message),
            () => flow.Condition("Ready").ToString());
        Print(FormattableString.Invariant(
            $"{what}: {reason} after {watch.Elapsed.TotalSeconds:0.0} s: {message}; {flow.Account}, recovery 0.0 s"));
        if (reason is "ConfigMissing" or "VolumeUnavailable")
            message.ShouldContain("nowhere");
    }

    private static bool Says(JsonElement condition, string reason, out string message)
    {
        message = condition.ValueKind == JsonValueKind.Object ? condition.GetProperty("message").GetString()! : "";
        return message.Contains("flow-analyse-0", StringComparison.Ordinal) && condition.GetProperty("status").GetString() == "False"
            && condition.GetProperty("reason").GetString() == reason;
    }
}
