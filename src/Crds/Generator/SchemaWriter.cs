using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>A structural schema from a type: its fields, their descriptions, defaults, choices and bounds.</summary>
internal sealed class SchemaWriter(JsonSerializerOptions options, bool cel)
{
    /// <summary>What a quantity of either kind looks like; the reader's own words explain it better than this does.</summary>
    private const string AmountPattern = @"^([0-9]+(\.[0-9]*)?|\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?$";

    internal JsonObject Write(Type type, string description)
    {
        var schema = new JsonObject { ["description"] = description };
        Fill(schema, Nullable.GetUnderlyingType(type) ?? type);
        return schema;
    }

    internal static void AddRules(JsonObject schema, IEnumerable<CelRuleAttribute> rules)
    {
        if (rules.ToList() is { Count: > 0 } list)
            schema["x-kubernetes-validations"] =
                new JsonArray([.. list.Select(Rule)]);
    }

    /// <summary>The root of an object has no path that a server could name in front of the message.</summary>
    private static JsonObject Rule(CelRuleAttribute rule)
    {
        var written = new JsonObject { ["rule"] = rule.Rule, ["message"] = rule.Message };
        if (rule.AtRoot)
            written["fieldPath"] = ".metadata";
        return written;
    }

    private void Fill(JsonObject schema, Type type)
    {
        if (type == typeof(string))
            schema["type"] = "string";
        else if (type == typeof(bool))
            schema["type"] = "boolean";
        else if (type == typeof(int) || type == typeof(long))
            (schema["type"], schema["format"]) = ("integer", type == typeof(int) ? "int32" : "int64");
        else if (type == typeof(DateTimeOffset))
            (schema["type"], schema["format"]) = ("string", "date-time");
        else if (type == typeof(Rational))
            (schema["type"], schema["pattern"]) = ("string", "^[0-9]+(/[0-9]+)?$");
        else if (type == typeof(JsonElement))
            (schema["type"], schema["x-kubernetes-preserve-unknown-fields"]) = ("object", true);
        else if (type.IsEnum)
            (schema["type"], schema["enum"]) = ("string",
                new JsonArray([.. CrdTypes.EnumNames(options, type).Select(name => JsonValue.Create(name))]));
        else if (type == typeof(Quantity) || type == typeof(ResourceAmount) || type == typeof(IntOrString))
            FillAmount(schema, type == typeof(IntOrString) ? null : AmountPattern);
        else
            FillCollection(schema, type);
    }

    private static void FillAmount(JsonObject schema, string? pattern)
    {
        schema["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
        schema["x-kubernetes-int-or-string"] = true;
        if (pattern is not null)
            schema["pattern"] = pattern;
    }

    private void FillCollection(JsonObject schema, Type type)
    {
        var (element, value) = CrdTypes.Collection(type);
        if (element is not null)
            (schema["type"], schema["items"]) = ("array",
                Write(element, element.IsClass && element != typeof(string) ? Descriptions.Of(element) : "An entry."));
        else if (value is not null)
            (schema["type"], schema["additionalProperties"]) = ("object", Write(value, "A value."));
        else
            FillObject(schema, type);
    }

    private void FillObject(JsonObject schema, Type type)
    {
        schema["type"] = "object";
        var fields = CrdTypes.Fields(options, type).ToList();
        if (fields.Where(CrdTypes.IsRequired).Select(field => JsonValue.Create(field.Name)).ToArray() is { Length: > 0 } required)
            schema["required"] = new JsonArray(required);
        var sample = type.GetConstructor(Type.EmptyTypes)?.Invoke(null);
        schema["properties"] = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name,
            (JsonNode?)Field(type, field, sample))));
        if (cel)
            AddRules(schema, type.GetCustomAttributes<CelRuleAttribute>().Where(rule => !rule.AtRoot).Concat(ForeignTypes.Rules(type)));
    }

    private JsonObject Field(Type owner, JsonPropertyInfo field, object? sample)
    {
        var property = owner.GetProperties()
            .Single(one => one == field.AttributeProvider as PropertyInfo || one.Name == (field.AttributeProvider as PropertyInfo)?.Name);
        var schema = Write(field.PropertyType, Descriptions.Of(property));
        Limit(schema, property);
        if (property.GetCustomAttribute<ServerDefaultAttribute>() is { } server)
            schema["default"] = server.Value;
        else if (options == CrdTypes.Strict && !CrdTypes.IsRequired(field) && sample is not null)
            AddDefault(schema, field, property.GetValue(sample));
        return schema;
    }

    private static void Limit(JsonObject schema, PropertyInfo property)
    {
        if (property.GetCustomAttribute<ListKeysAttribute>() is { } keys)
            (schema["x-kubernetes-list-type"], schema["x-kubernetes-list-map-keys"]) = ("map",
                new JsonArray([.. keys.Keys.Select(key => JsonValue.Create(key))]));
        if (property.GetCustomAttribute<MaxItemsAttribute>() is { } items)
            schema["maxItems"] = items.Count;
        if (property.GetCustomAttribute<MaxCharsAttribute>() is { } chars)
            schema["maxLength"] = chars.Count;
        if ((property.GetCustomAttribute<BoundsAttribute>() ?? ForeignTypes.Bounds(property)) is { } bounds)
            (schema["minimum"], schema["maximum"]) = (bounds.Min, bounds.Max);
    }

    /// <summary>Values that mean "not set" by themselves (null, empty text, empty lists) are no defaults worth filling in.</summary>
    private static void AddDefault(JsonObject schema, JsonPropertyInfo field, object? value)
    {
        if (value is null or "" or System.Collections.ICollection || value is not (string or bool or int or long or Enum))
            return;
        schema["default"] = JsonSerializer.SerializeToNode(value, field.Options.GetTypeInfo(value.GetType()));
    }
}
