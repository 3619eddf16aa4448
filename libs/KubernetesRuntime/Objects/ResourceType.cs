using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>Where objects of one kind live at the API server, and how they are read: all that a client needs to know of a kind.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Version">For example v1.</param>
/// <param name="Plural">The name in the path, for example pods.</param>
/// <param name="Kind">For example Pod.</param>
/// <param name="Namespaced">False for kinds of the whole cluster.</param>
/// <param name="Json">The source-generated contract of <typeparamref name="T"/>.</param>
public sealed record ResourceType<T>(string Group, string Version, string Plural, string Kind, bool Namespaced, JsonTypeInfo<T> Json)
    where T : class, IKubernetesObject
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Plural and group, as permissions and error messages name a kind.</summary>
    public string Name => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The same kind as another server version serves it.</summary>
    public ResourceType<T> At(string version) => this with { Version = version };

    /// <summary>The object as a document that names its kind, whether or not the record does.</summary>
    public JsonObject ToDocument(T value)
    {
        var document = JsonSerializer.SerializeToNode(value, Json)!.AsObject();
        document["apiVersion"] = ApiVersion;
        document["kind"] = Kind;
        return document;
    }

    /// <summary>
    /// The path of a collection (<paramref name="name"/> null) or an object. A null namespace of a namespaced kind means all namespaces.
    /// </summary>
    internal string Path(string? @namespace, string? name = null, string? subresource = null)
    {
        if (name is not null && Namespaced && string.IsNullOrEmpty(@namespace))
            throw new ArgumentException($"{Name} live in namespaces: {name} needs one", nameof(@namespace));
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        var scope = Namespaced && !string.IsNullOrEmpty(@namespace) ? $"/namespaces/{Uri.EscapeDataString(@namespace)}" : "";
        var item = name is null ? "" : "/" + Uri.EscapeDataString(name);
        return $"{root}{scope}/{Plural}{item}{(subresource is null ? "" : "/" + subresource)}";
    }
}
