using System.Text;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>C# names of schema names: PascalCase, and qualified from the namespace that the file's annotation gives.</summary>
internal sealed class CSharpNames(IReadOnlyDictionary<ulong, SchemaNode> nodes)
{
    /// <summary>Id of <c>namespace</c> in csharp.capnp.</summary>
    private const ulong NamespaceAnnotation = 0xf1c5a2b9d03e7a64;

    /// <summary>Members that every generated type or ref struct has.</summary>
    private static readonly HashSet<string> Reserved =
        ["Which", "Raw", "Reader", "Builder", "TypeId", "Equals", "GetHashCode", "GetType", "ToString"];

    public static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    public static string Member(string name) => Reserved.Contains(Pascal(name)) ? Pascal(name) + "Field" : Pascal(name);

    public static string Namespace(SchemaNode file) => file.Annotations.TryGetValue(NamespaceAnnotation, out var value)
        ? Encoding.UTF8.GetString(value.Bytes)
        : Pascal(Path.GetFileNameWithoutExtension(file.Name));

    public string Qualified(ulong id)
    {
        var node = nodes[id];
        return node.Kind == NodeKind.File ? "global::" + Namespace(node) : Qualified(node.ScopeId) + "." + Member(node.Name);
    }
}
