using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.Crds.V1Alpha1;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>A CustomResourceDefinition from the type of its objects.</summary>
public static class KindDocument
{
    public static JsonObject Of(Type kind, bool cel)
    {
        var names = kind.GetCustomAttribute<CustomKindAttribute>()!;
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{names.Plural}.{CrdResources.Group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = CrdResources.Group,
                ["scope"] = "Namespaced",
                ["names"] = Names(kind, names),
                ["versions"] = new JsonArray(Version(kind, names, cel)),
            },
        };
    }

    private static JsonObject Names(Type kind, CustomKindAttribute names) => new()
    {
        ["kind"] = kind.Name,
        ["listKind"] = kind.Name + "List",
        ["plural"] = names.Plural,
        ["singular"] = kind.Name.ToLowerInvariant(),
        ["shortNames"] = new JsonArray(names.ShortName),
        ["categories"] = new JsonArray("k8smediaflow"),
    };

    private static JsonObject Version(Type kind, CustomKindAttribute names, bool cel) => new()
    {
        ["name"] = CrdResources.Version,
        ["served"] = true,
        ["storage"] = true,
        ["subresources"] = Subresources(names),
        ["additionalPrinterColumns"] = new JsonArray([.. kind.GetCustomAttributes<PrinterColumnAttribute>().Select(Column)]),
        ["schema"] = new JsonObject { ["openAPIV3Schema"] = Root(kind, names, cel) },
    };

    private static JsonObject Subresources(CustomKindAttribute names)
    {
        var subresources = new JsonObject { ["status"] = new JsonObject() };
        if (names.HasScale)
            subresources["scale"] = new JsonObject
            {
                ["specReplicasPath"] = ".spec.replicas",
                ["statusReplicasPath"] = ".status.replicas",
                ["labelSelectorPath"] = ".status.selector",
            };
        return subresources;
    }

    private static JsonObject Column(PrinterColumnAttribute column)
    {
        var written = new JsonObject
        {
            ["name"] = column.Name,
            ["type"] = column.Type,
            ["jsonPath"] = column.Path,
            ["description"] = column.Description,
        };
        if (column.Priority > 0)
            written["priority"] = column.Priority;
        return written;
    }

    private static JsonObject Root(Type kind, CustomKindAttribute names, bool cel)
    {
        var spec = kind.GetProperty("Spec")!;
        var root = new JsonObject
        {
            ["description"] = Descriptions.Of(kind),
            ["type"] = "object",
            ["required"] = new JsonArray("spec"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = Text("Always k8smediaflow.io/v1alpha1."),
                ["kind"] = Text($"Always {kind.Name}."),
                ["metadata"] = new JsonObject { ["type"] = "object" },
                ["spec"] = new SchemaWriter(CrdTypes.Reader(kind), cel).Write(spec.PropertyType, Descriptions.Of(spec)),
                ["status"] = new SchemaWriter(CrdTypes.Lenient, cel)
                    .Write(names.Status ?? kind.GetProperty("Status")!.PropertyType, Descriptions.Of(kind.GetProperty("Status")!)),
            },
        };
        SchemaWriter.AddRules(root, cel ? spec.PropertyType.GetCustomAttributes<CelRuleAttribute>().Where(rule => rule.AtRoot) : []);
        return root;
    }

    private static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = "string" };
}
