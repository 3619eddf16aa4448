using K8sMediaFlow.CapnProto.Corpus.Tests.Model;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>What a value must read as, written from the value alone, without any message.</summary>
public sealed class ExpectedText
{
    private readonly DumpWriter _dump = new() { HidesAny = true };

    public static string Of(StructModel root, Val value)
    {
        var text = new ExpectedText();
        text.Struct(root.Members, [], value);
        return text._dump.ToString();
    }

    private void Struct(List<Member> members, IReadOnlyList<CorpusType> arguments, Val value)
    {
        _dump.Raw("(");
        foreach (var member in members.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            if (member is GroupMember { IsUnion: true, Name.Length: 0 } union)
                Union(union, arguments, value);
            else
                Member(member, arguments, value);
        }

        _dump.Raw(")");
    }

    /// <summary>A union that was never set holds its first member.</summary>
    private void Union(GroupMember union, IReadOnlyList<CorpusType> arguments, Val value)
    {
        _dump.Raw("!");
        Member(union.Members.Find(one => value.Fields.ContainsKey(one.Name)) ?? union.Members[0], arguments, value);
    }

    private void Member(Member member, IReadOnlyList<CorpusType> arguments, Val value)
    {
        _dump.Name(member.Name);
        if (member is FieldMember field)
            Field(field.Type.With(arguments), value.Field(field.Name), field.Default);
        else
            Group((GroupMember)member, arguments, value.Field(member.Name) ?? new Val());
        _dump.Raw(";");
    }

    private void Group(GroupMember group, IReadOnlyList<CorpusType> arguments, Val value)
    {
        if (!group.IsUnion)
        {
            Struct(group.Members, arguments, value);
            return;
        }

        _dump.Raw("(");
        Union(group, arguments, value);
        _dump.Raw(")");
    }

    private void Field(CorpusType type, Val? value, Val? fallback)
    {
        if (type.IsPointer && value is null)
            _dump.Raw("~");
        if ((value ?? fallback) is { } known)
            Value(type, known);
        else if (!type.IsPointer)
            Value(type, Val.Number(0));
    }

    private void Value(CorpusType type, Val value)
    {
        switch (type.Kind)
        {
            case Kind.Void: _dump.Raw("v"); break;
            case Kind.Bool: _dump.Number(value.Bits != 0); break;
            case Kind.Int8: _dump.Number((sbyte)value.Bits); break;
            case Kind.Int16: _dump.Number((short)value.Bits); break;
            case Kind.Int32: _dump.Number((int)value.Bits); break;
            case Kind.Int64: _dump.Number((long)value.Bits); break;
            case Kind.Float32: _dump.Number(BitConverter.UInt32BitsToSingle((uint)value.Bits)); break;
            case Kind.Float64: _dump.Number(BitConverter.UInt64BitsToDouble(value.Bits)); break;
            case Kind.Text or Kind.Data: _dump.Bytes(value.Bytes); break;
            case Kind.List: List(type.Element!, value); break;
            case Kind.Struct: Struct(type.Struct!.Members, type.AllArguments, value); break;
            case Kind.Any: _dump.Raw("*"); break;
            default: _dump.Number(value.Bits); break;
        }
    }

    private void List(CorpusType element, Val value)
    {
        _dump.Raw("[");
        foreach (var item in value.Items)
        {
            // A null in a list reads as what is empty.
            Value(element, item ?? new Val());
            _dump.Raw(",");
        }

        _dump.Raw("]");
    }
}
