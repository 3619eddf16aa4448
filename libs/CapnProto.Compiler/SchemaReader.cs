using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.CapnProto.Schema;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Reads a CodeGeneratorRequest with the code that this generator made of schema.capnp.</summary>
internal sealed class SchemaReader
{
    private readonly Dictionary<ulong, (string Doc, string[] Members)> _docs = [];

    public Dictionary<ulong, SchemaNode> Nodes { get; } = [];

    /// <summary>The files to generate: id and name as given on the command line.</summary>
    public List<(ulong Id, string Name)> Files { get; } = [];

    /// <exception cref="CompilerException">It is no request.</exception>
    /// <exception cref="CapnProtoException">A pointer of the request is not sound.</exception>
    public static SchemaReader Read(Stream request)
    {
        using var bytes = new MemoryStream();
        request.CopyTo(bytes);
        var pinned = GC.AllocateUninitializedArray<byte>((int)bytes.Length, pinned: true);
        bytes.GetBuffer().AsSpan(0, pinned.Length).CopyTo(pinned);
        if (!StreamFraming.TryRead(pinned, new ReadLimits(long.MaxValue / 2, 64), out var message, out _))
            throw new CompilerException(
                "standard input holds no CodeGeneratorRequest; run this by `capnp compile -o`, or name the files: --help");
        var schema = new SchemaReader();
        schema.ReadRequest(message.Root<CodeGeneratorRequest.Reader>());
        return schema;
    }

    private void ReadRequest(CodeGeneratorRequest.Reader request)
    {
        foreach (var info in request.SourceInfo)
            ReadDoc(info);
        foreach (var node in request.Nodes)
            ReadNode(node);
        foreach (var file in request.RequestedFiles)
            Files.Add((file.Id, file.Filename.ToString()));
    }

    private void ReadDoc(Node.SourceInfo.Reader info)
    {
        var members = new string[info.Members.Count];
        for (var index = 0; index < members.Length; index++)
            members[index] = info.Members[index].DocComment.ToString();
        _docs[info.Id] = (info.DocComment.ToString(), members);
    }

    private void ReadNode(Node.Reader node)
    {
        _docs.TryGetValue(node.Id, out var docs);
        var common = new SchemaNode
        {
            Id = node.Id,
            ScopeId = node.ScopeId,
            DisplayName = node.DisplayName.ToString(),
            Name = node.DisplayName.ToString()[(int)node.DisplayNamePrefixLength..],
            Doc = docs.Doc ?? "",
            Kind = (NodeKind)node.Which,
            Nested = NestedIds(node),
            Annotations = Annotations(node),
            Parameters = Parameters(node),
        };
        Nodes[node.Id] = node.Which switch
        {
            Node.Which.Struct => WithStruct(common, node.Struct, docs.Members ?? []),
            Node.Which.Enum => common with { Enumerants = Enumerants(node.Enum, docs.Members ?? []) },
            Node.Which.Const => common with
            {
                ConstType = TypeReader.Read(node.Const.Type),
                ConstValue = ValueReader.Read(node.Const.Value),
            },
            _ => common,
        };
    }

    private static SchemaNode WithStruct(SchemaNode node, Node.Struct.Reader body, string[] docs)
    {
        var fields = new List<SchemaField>();
        foreach (var field in body.Fields)
            fields.Add(Field(field, fields.Count < docs.Length ? docs[fields.Count] : ""));
        return node with
        {
            Size = new StructSize(body.DataWordCount, body.PointerCount),
            IsGroup = body.IsGroup,
            MemberCount = body.DiscriminantCount,
            MemberOffset = body.DiscriminantOffset,
            Fields = fields,
        };
    }

    private static SchemaField Field(Field.Reader field, string doc)
    {
        ushort? member = field.DiscriminantValue == Schema.Field.NoDiscriminant ? null : field.DiscriminantValue;
        return field.Which == Schema.Field.Which.Group
            ? new SchemaField(field.Name.ToString(), doc, member, field.Group.TypeId, 0, new SchemaType(DynamicKind.Void), ValueReader.Null)
            : new SchemaField(
                field.Name.ToString(), doc, member, 0, field.Slot.Offset, TypeReader.Read(field.Slot.Type),
                    ValueReader.Read(field.Slot.DefaultValue));
    }

    private static List<SchemaEnumerant> Enumerants(Node.Enum.Reader body, string[] docs)
    {
        var enumerants = new List<SchemaEnumerant>();
        foreach (var enumerant in body.Enumerants)
            enumerants.Add(new SchemaEnumerant(enumerant.Name.ToString(), enumerants.Count < docs.Length ? docs[enumerants.Count] : ""));
        return enumerants;
    }

    private static List<string> Parameters(Node.Reader node)
    {
        var names = new List<string>();
        foreach (var parameter in node.Parameters)
            names.Add(parameter.Name.ToString());
        return names;
    }

    private static List<ulong> NestedIds(Node.Reader node)
    {
        var ids = new List<ulong>();
        foreach (var nested in node.NestedNodes)
            ids.Add(nested.Id);
        return ids;
    }

    private static Dictionary<ulong, string> Annotations(Node.Reader node)
    {
        var annotations = new Dictionary<ulong, string>();
        foreach (var annotation in node.Annotations)
        {
            if (annotation.Value.Which == Value.Which.Text)
                annotations[annotation.Id] = annotation.Value.Text.ToString();
        }

        return annotations;
    }
}
