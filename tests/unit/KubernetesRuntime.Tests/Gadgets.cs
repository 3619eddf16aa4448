using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>Custom kinds of the tests' own, with a status subresource.</summary>
internal static class Gadgets
{
    private const string Group = "test.k8smediaflow.io";

    /// <summary>A text of a gadget's spec; null where it has none of that name.</summary>
    public static string? Get(this CustomObject gadget, string key) =>
        gadget.Spec is { } spec && spec.TryGetProperty(key, out var value) ? value.GetString() : null;

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    /// <summary>
    /// Another description is another definition: the server then serves the kind anew, and remembers no version from before.
    /// </summary>
    public static async Task<ResourceType<CustomObject>> InstallAsync(ApiClient client, CancellationToken bound, string kind = "Gadget",
        string description = "Of the tests")
    {
        var singular = kind.ToLowerInvariant();
        var type = Resources.Custom(Group, "v1", $"{singular}s", kind);
        var definition = JsonNode.Parse($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{type.Name}}}"},
             "spec":{"group":"{{{Group}}}","scope":"Namespaced",
             "names":{"plural":"{{{type.Plural}}}","singular":"{{{singular}}}","kind":"{{{kind}}}"},
             "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
              "schema":{"openAPIV3Schema":{"type":"object","description":"{{{description}}}","properties":{
               "spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
               "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } } } }] } }
            """)!.AsObject();
        await client.For(Resources.CustomResourceDefinitions).ApplyAsync(definition, "tests", cancel: bound);
        while (!await client.ServesAsync(type, bound))
            await Task.Delay(50, bound);
        return type;
    }
}
