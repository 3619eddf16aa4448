using System.Text.RegularExpressions;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>C# names of schema names: PascalCase, each once in its scope, and qualified from the file's namespace.</summary>
internal sealed partial class CSharpNames(IReadOnlyDictionary<ulong, SchemaNode> nodes, string? defaultNamespace)
{
    /// <summary>Id of <c>namespace</c> in csharp.capnp.</summary>
    private const ulong NamespaceAnnotation = 0xf1c5a2b9d03e7a64;

    private readonly Dictionary<ulong, ScopeNames> _scopes = [];
    private readonly Dictionary<ulong, MemberNames> _members = [];

    public static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>A C# name of a schema file: <c>my-file.v2.capnp</c> is MyFileV2.</summary>
    public static string FileName(string path)
    {
        var parts = NoNameCharacters().Split(Path.GetFileNameWithoutExtension(path)).Where(part => part.Length > 0);
        var name = string.Concat(parts.Select(Pascal));
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : "File" + name;
    }

    /// <summary>
    /// The file's annotation, else the option, else the file's name under <c>Schemas</c>: so that a file may have the name of its type.
    /// </summary>
    /// <exception cref="CompilerException">The annotation is no C# namespace.</exception>
    public string Namespace(SchemaNode file)
    {
        if (!file.Annotations.TryGetValue(NamespaceAnnotation, out var name))
            return defaultNamespace ?? "Schemas." + FileName(file.DisplayName);
        if (!NamespaceName().IsMatch(name))
            throw new CompilerException($"{file.DisplayName}: the annotation namespace(\"{name}\") is no C# namespace");
        return Keywords.Escape(name);
    }

    /// <summary>The static class that represents a node, or its enum.</summary>
    public string Qualified(ulong id)
    {
        var node = Node(id);
        return node.Kind == NodeKind.File ? "global::" + Namespace(node) : Qualified(node.ScopeId) + "." + Type(node);
    }

    /// <summary>The unqualified name of a struct, enum, group or constant in its scope.</summary>
    public string Type(SchemaNode node) => Scope(node.ScopeId).Of(node.Id);

    /// <summary>The class that holds the constants of a file, which C# does not allow in a namespace.</summary>
    public string ConstantsClass(SchemaNode file) => Scope(file.Id).ConstantsClass;

    public string Member(SchemaNode node, SchemaField field)
    {
        if (!_members.TryGetValue(node.Id, out var members))
            _members[node.Id] = members = new MemberNames(node);
        return members.Of(field);
    }

    /// <exception cref="CompilerException">The request does not hold it.</exception>
    public SchemaNode Node(ulong id) => nodes.TryGetValue(id, out var node)
        ? node
        : throw new CompilerException($"the request refers to node @0x{id:x} but does not hold it");

    private ScopeNames Scope(ulong id)
    {
        if (_scopes.TryGetValue(id, out var scope))
            return scope;
        var node = Node(id);
        var ownName = node.Kind == NodeKind.File ? null : Type(node);
        return _scopes[id] = new ScopeNames(node, ownName, nodes);
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NoNameCharacters();

    [GeneratedRegex(@"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
    private static partial Regex NamespaceName();
}
