using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>A custom kind of the tests' own, with a status subresource.</summary>
internal static class Gadgets
{
    private static readonly ResourceType<CustomObject> Type = Resources.Custom("test.k8smediaflow.io", "v1", "gadgets", "Gadget");

    /// <summary>A text of a gadget's spec; null where it has none of that name.</summary>
    public static string? Get(this CustomObject gadget, string key) =>
        gadget.Spec is { } spec && spec.TryGetProperty(key, out var value) ? value.GetString() : null;

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static async Task<ResourceType<CustomObject>> InstallAsync(ApiClient client, CancellationToken bound)
    {
        var definition = JsonNode.Parse("""
            {"metadata":{"name":"gadgets.test.k8smediaflow.io"},"spec":{"group":"test.k8smediaflow.io","scope":"Namespaced","names":{"plural":"gadgets","singular":"gadget","kind":"Gadget"},
             "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
              "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
            """)!.AsObject();
        definition["apiVersion"] = "apiextensions.k8s.io/v1";
        definition["kind"] = "CustomResourceDefinition";
        await client.For(Resources.CustomResourceDefinitions).ApplyAsync(definition, "tests", cancel: bound);
        while (!await client.ServesAsync(Type, bound))
            await Task.Delay(50, bound);
        return Type;
    }
}
