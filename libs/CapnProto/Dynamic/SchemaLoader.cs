using K8sMediaFlow.CapnProto.Schema;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// Reads the nodes of a CodeGeneratorRequest. What a schema claims about offsets of fields is checked here once, so that reading and
/// building by it needs no check.
/// </summary>
internal static class SchemaLoader
{
    private const ushort NoDiscriminant = 0xffff;

    public static List<SchemaNode> Nodes(CodeGeneratorRequest.Reader request)
    {
        var nodes = new List<SchemaNode>();
        foreach (var node in request.Nodes)
            nodes.Add(Read(node));
        return nodes;
    }

    /// <summary>Names of the files that stood on the command line.</summary>
    public static string[] Files(CodeGeneratorRequest.Reader request)
    {
        var files = new List<string>();
        foreach (var file in request.RequestedFiles)
            files.Add(file.Filename.ToString());
        return [.. files];
    }

    private static SchemaNode Read(Node.Reader node)
    {
        var (file, name) = Split(node.DisplayName.ToString());
        var result = new SchemaNode { Id = node.Id, Name = name, File = file, Annotations = Annotations(node.Annotations) };
        return node.Which switch
        {
            Node.Which.Struct => Checked(Struct(result, node.Struct)),
            Node.Which.Enum => result with { Enumerants = Enumerants(node.Enum.Enumerants) },
            _ => result,
        };
    }

    private static SchemaNode Struct(SchemaNode result, Node.Struct.Reader node) => result with
    {
        IsStruct = true,
        Size = new StructSize(node.DataWordCount, node.PointerCount),
        IsGroup = node.IsGroup,
        MemberCount = node.DiscriminantCount,
        DiscriminantBytes = (int)Math.Min(node.DiscriminantOffset, int.MaxValue / 2) * 2,
        Fields = Fields(node.Fields),
    };

    private static SchemaNode Checked(SchemaNode node)
    {
        if (node.MemberCount > 0 && node.DiscriminantBytes + 2L > node.Size.DataWords * 8L)
            CapnProtoException.Throw(CapnProtoError.BadValue, $"the union of {node.Name} lies outside its struct");
        foreach (var field in node.Fields)
        {
            var fits = field.Type.Kind.IsPointer()
                ? field.Offset < node.Size.PointerCount
                : (field.Offset + 1L) * field.Type.Kind.DataBits() <= node.Size.DataWords * 64L;
            if (field.GroupId == 0 && !fits)
                CapnProtoException.Throw(CapnProtoError.BadValue, $"field {field.Name} of {node.Name} lies outside its struct");
            if (field.Discriminant is not null && node.MemberCount == 0)
                CapnProtoException.Throw(CapnProtoError.BadValue, $"field {field.Name} of {node.Name} is a member of no union");
        }

        return node;
    }

    private static FieldNode[] Fields(StructListReader<Field.Reader> list)
    {
        var fields = new List<FieldNode>();
        foreach (var field in list)
            fields.Add(field.Which == Field.Which.Group ? Group(field) : Slot(field, field.Slot));
        return [.. fields];
    }

    private static FieldNode Group(Field.Reader field) => new()
    {
        Name = field.Name.ToString(),
        Discriminant = Discriminant(field),
        GroupId = field.Group.TypeId,
        Type = new TypeNode(DynamicKind.Struct, field.Group.TypeId, null, []),
        Annotations = Annotations(field.Annotations),
    };

    private static FieldNode Slot(Field.Reader field, Field.Slot.Reader slot) => new()
    {
        Name = field.Name.ToString(),
        Discriminant = Discriminant(field),
        Offset = slot.Offset,
        Type = Read(slot.Type),
        DefaultBits = Bits(slot.DefaultValue),
        DefaultValue = slot.DefaultValue.Raw.Place,
        Annotations = Annotations(field.Annotations),
    };

    private static ushort? Discriminant(Field.Reader field) => field.DiscriminantValue == NoDiscriminant ? null : field.DiscriminantValue;

    private static EnumerantNode[] Enumerants(StructListReader<Enumerant.Reader> list)
    {
        var enumerants = new List<EnumerantNode>();
        foreach (var enumerant in list)
            enumerants.Add(new EnumerantNode(enumerant.Name.ToString(), Annotations(enumerant.Annotations)));
        return [.. enumerants];
    }

    private static AnnotationNode[] Annotations(StructListReader<Annotation.Reader> list)
    {
        var annotations = new List<AnnotationNode>();
        foreach (var annotation in list)
            annotations.Add(new AnnotationNode(annotation.Id, annotation.Value.Raw.Place));
        return [.. annotations];
    }

    private static TypeNode Read(Schema.Type.Reader type)
    {
        var kind = (DynamicKind)Math.Min((ushort)type.Which, (ushort)DynamicKind.Unknown);
        return kind switch
        {
            DynamicKind.List => new TypeNode(kind, 0, Read(type.List.ElementType), []),
            DynamicKind.Enum => new TypeNode(kind, type.Enum.TypeId, null, []),
            DynamicKind.Struct => new TypeNode(kind, type.Struct.TypeId, null, Scopes(type.Struct.Brand)),
            DynamicKind.AnyPointer when type.AnyPointer.Which == Schema.Type.AnyPointer.Which.Parameter =>
                new TypeNode(kind, 0, null, [], type.AnyPointer.Parameter.ScopeId, type.AnyPointer.Parameter.ParameterIndex),
            _ => new TypeNode(kind, 0, null, []),
        };
    }

    private static BrandScope[] Scopes(Brand.Reader brand)
    {
        var scopes = new List<BrandScope>();
        foreach (var scope in brand.Scopes)
            scopes.Add(new BrandScope(scope.ScopeId, scope.Which == Brand.Scope.Which.Bind ? Binds(scope.Bind) : null));
        return [.. scopes];
    }

    private static TypeNode[] Binds(StructListReader<Brand.Binding.Reader> list)
    {
        var binds = new List<TypeNode>();
        foreach (var bind in list)
            binds.Add(bind.Which == Brand.Binding.Which.Type ? Read(bind.Type) : TypeNode.AnyPointer);
        return [.. binds];
    }

    private static ulong Bits(Value.Reader value) => ((DynamicKind)value.Which).DataBits() switch
    {
        1 => value.Raw.GetBool(16) ? 1UL : 0UL,
        8 => value.Raw.Get<byte>(2),
        16 => value.Raw.Get<ushort>(2),
        32 => value.Raw.Get<uint>(4),
        64 => value.Raw.Get<ulong>(8),
        _ => 0,
    };

    private static (string File, string Name) Split(string displayName)
    {
        var colon = displayName.LastIndexOf(':');
        return colon < 0 ? (displayName, "") : (displayName[..colon], displayName[(colon + 1)..]);
    }
}
