namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>
/// Reads a CodeGeneratorRequest, by the offsets of schema.capnp: the generator cannot be compiled by its own output before that exists.
/// </summary>
internal sealed class SchemaReader
{
    private readonly Dictionary<ulong, (string Doc, string[] Members)> _docs = [];

    public Dictionary<ulong, SchemaNode> Nodes { get; } = [];

    /// <summary>The files to generate: id and name as given on the command line.</summary>
    public List<(ulong Id, string Name)> Files { get; } = [];

    public static SchemaReader Read(Stream request)
    {
        using var bytes = new MemoryStream();
        request.CopyTo(bytes);
        var buffer = new MessageBuffer((int)Math.Max(16, bytes.Length));
        var schema = new SchemaReader();
        bytes.GetBuffer().AsSpan(0, (int)bytes.Length).CopyTo(buffer.Bytes);
        schema.ReadRequest(buffer.Read<AnyStruct>((int)bytes.Length).Struct);
        return schema;
    }

    private void ReadRequest(StructReader request)
    {
        foreach (var info in request.GetList(3).AsStructs<AnyStruct>())
            ReadDoc(info.Struct);
        foreach (var node in request.GetList(0).AsStructs<AnyStruct>())
            ReadNode(node.Struct);
        foreach (var file in request.GetList(1).AsStructs<AnyStruct>())
            Files.Add((file.Struct.Get<ulong>(0), file.Struct.GetText(0).ToString()));
    }

    private void ReadDoc(StructReader info)
    {
        var members = new List<string>();
        foreach (var member in info.GetList(1).AsStructs<AnyStruct>())
            members.Add(member.Struct.GetText(0).ToString());
        _docs[info.Get<ulong>(0)] = (info.GetText(0).ToString(), members.ToArray());
    }

    private void ReadNode(StructReader node)
    {
        var id = node.Get<ulong>(0);
        var kind = (NodeKind)node.Get<ushort>(12);
        _docs.TryGetValue(id, out var docs);
        var nested = new List<ulong>();
        foreach (var item in node.GetList(1).AsStructs<AnyStruct>())
            nested.Add(item.Struct.Get<ulong>(0));
        Nodes[id] = new SchemaNode
        {
            Id = id,
            ScopeId = node.Get<ulong>(16),
            Name = node.GetText(0).ToString()[(int)node.Get<uint>(8)..],
            Doc = docs.Doc ?? "",
            Kind = kind,
            Nested = nested,
            Annotations = ReadAnnotations(node.GetList(2)),
            Size = new StructSize(node.Get<ushort>(14), node.Get<ushort>(24)),
            IsGroup = node.GetBool(224),
            MemberCount = node.Get<ushort>(30),
            MemberOffset = node.Get<uint>(32),
            Fields = kind == NodeKind.Struct ? ReadFields(node.GetList(3), docs.Members ?? []) : [],
            Enumerants = kind == NodeKind.Enum ? ReadEnumerants(node.GetList(3), docs.Members ?? []) : [],
            ConstType = kind == NodeKind.Const ? ReadType(node.GetStruct(3)) : null,
            ConstValue = kind == NodeKind.Const ? ReadValue(node.GetStruct(4)) : null,
        };
    }

    private static Dictionary<ulong, SchemaValue> ReadAnnotations(ListReader list)
    {
        var annotations = new Dictionary<ulong, SchemaValue>();
        foreach (var annotation in list.AsStructs<AnyStruct>())
            annotations[annotation.Struct.Get<ulong>(0)] = ReadValue(annotation.Struct.GetStruct(0));
        return annotations;
    }

    private static List<SchemaField> ReadFields(ListReader list, string[] docs)
    {
        var fields = new List<SchemaField>();
        foreach (var item in list.AsStructs<AnyStruct>())
        {
            var field = item.Struct;
            var member = (ushort)(field.Get<ushort>(2) ^ 0xffff);
            var isGroup = field.Get<ushort>(8) == 1;
            fields.Add(new SchemaField(
                field.GetText(0).ToString(),
                fields.Count < docs.Length ? docs[fields.Count] : "",
                member == 0xffff ? null : member,
                isGroup ? field.Get<ulong>(16) : 0,
                field.Get<uint>(4),
                isGroup ? new SchemaType(TypeKind.Void) : ReadType(field.GetStruct(2)),
                isGroup ? new SchemaValue(0, [], true) : ReadValue(field.GetStruct(3))));
        }

        return fields;
    }

    private static List<SchemaEnumerant> ReadEnumerants(ListReader list, string[] docs)
    {
        var enumerants = new List<SchemaEnumerant>();
        foreach (var item in list.AsStructs<AnyStruct>())
            enumerants.Add(new SchemaEnumerant(item.Struct.GetText(0).ToString(), enumerants.Count < docs.Length ? docs[enumerants.Count] : ""));
        return enumerants;
    }

    private static SchemaType ReadType(StructReader type)
    {
        var kind = (TypeKind)type.Get<ushort>(0);
        return kind switch
        {
            TypeKind.List => new SchemaType(kind, 0, ReadType(type.GetStruct(0))),
            TypeKind.Enum or TypeKind.Struct or TypeKind.Interface => new SchemaType(kind, type.Get<ulong>(8)),
            _ => new SchemaType(kind),
        };
    }

    private static SchemaValue ReadValue(StructReader value) => (TypeKind)value.Get<ushort>(0) switch
    {
        TypeKind.Void => new SchemaValue(0, [], false),
        TypeKind.Bool => new SchemaValue(value.GetBool(16) ? 1UL : 0UL, [], false),
        TypeKind.Int8 or TypeKind.UInt8 => new SchemaValue(value.Get<byte>(2), [], false),
        TypeKind.Int16 or TypeKind.UInt16 or TypeKind.Enum => new SchemaValue(value.Get<ushort>(2), [], false),
        TypeKind.Int32 or TypeKind.UInt32 or TypeKind.Float32 => new SchemaValue(value.Get<uint>(4), [], false),
        TypeKind.Int64 or TypeKind.UInt64 or TypeKind.Float64 => new SchemaValue(value.Get<ulong>(8), [], false),
        TypeKind.Text => new SchemaValue(0, value.GetText(0).Bytes.ToArray(), !value.HasPointer(0)),
        TypeKind.Data => new SchemaValue(0, value.GetData(0).ToArray(), !value.HasPointer(0)),
        _ => new SchemaValue(0, [], !value.HasPointer(0)),
    };
}
