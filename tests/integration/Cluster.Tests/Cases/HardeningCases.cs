using System.Text.Json.Nodes;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>
/// What this server does not enforce, looked at in what runs: it has no admission by pod security, and its network knows no policies.
/// </summary>
public sealed class HardeningCases(ITestOutputHelper output) : FlowCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void Every_socket_that_a_pod_listens_on_is_on_loopback_or_allowed_by_its_network_policies()
    {
        using var flow = NewFlow().Start();
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        foreach (var space in new[] { flow.Space, Helm.Space })
        {
            var policies = Items("networkpolicy", space);
            foreach (var pod in Items("pod", space))
            {
                var (name, listening) = ((string)pod["metadata"]!["name"]!, ListeningSockets.Of((string)pod["metadata"]!["uid"]!));
                var allowed = AllowedPorts.Of(pod, policies);
                Print($"{name} listens on {string.Join(", ", listening)}; allowed: {string.Join(", ", allowed.Order())}");
                listening.ShouldNotBeEmpty($"{name} is watched in vain: every pod of ours answers probes");
                listening.Where(one => !one.IsLoopback).Select(one => one.Port).Except(allowed).ShouldBeEmpty(name);
            }
        }
        flow.ShouldBeWhole("steady flow");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Every_running_pod_keeps_the_restricted_profile()
    {
        using var flow = NewFlow().Start();
        foreach (var pod in Items("pod", flow.Space).Concat(Items("pod", Helm.Space)))
            RestrictedProfile.Violations(pod).ShouldBeEmpty((string)pod["metadata"]!["name"]!);
        Print($"restricted profile: {flow.Account}, recovery 0.0 s");
        flow.ShouldBeWhole("steady flow");
    }

    private List<JsonNode> Items(string kind, string space) =>
        [.. JsonNode.Parse(Kubectl.Get(kind, space: space).GetProperty("items").GetRawText())!.AsArray().OfType<JsonNode>()
        .Where(item => item["metadata"]!["deletionTimestamp"] is null)];
}
