using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using K8sMediaFlow.Crds.V1Alpha1;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>The serializers' own contracts: a schema that is made from them cannot know a field that they do not.</summary>
internal static class CrdTypes
{
    internal static readonly JsonSerializerOptions Strict = CrdJsonContext.Default.Options;
    internal static readonly JsonSerializerOptions Lenient = StatusJsonContext.Default.Options;

    /// <summary>Users write pipelines, only controllers write media operators.</summary>
    internal static JsonSerializerOptions Reader(Type kind) => kind == typeof(MediaPipeline) ? Strict : Lenient;

    internal static IEnumerable<JsonPropertyInfo> Fields(JsonSerializerOptions options, Type type) =>
        options.GetTypeInfo(type)
            .Properties.Where(property => property is { Get: not null }
            && property.AttributeProvider?.IsDefined(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute), true) != true);

    internal static bool IsRequired(JsonPropertyInfo property) =>
        property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };

    /// <summary>Names of an enum's values as documents have them.</summary>
    internal static IEnumerable<string> EnumNames(JsonSerializerOptions options, Type type) =>
        Enum.GetValues(type).Cast<object>()
            .Select(value => JsonSerializer.SerializeToNode(value, options.GetTypeInfo(type))!.GetValue<string>());

    /// <summary>The element type of a list, the value type of a map with texts as keys, or null for neither.</summary>
    internal static (Type? List, Type? Map) Collection(Type type) => type.IsGenericType && type.GetGenericArguments() is var arguments
        ? (type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? arguments[0] : null,
            type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? arguments[1] : null)
        : (null, null);
}
