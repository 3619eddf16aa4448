using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// The text that <c>capnp decode</c> prints. A list or struct is printed in one line if each of its parts has at most 24 bytes, and those
/// of a struct 64 together; otherwise each part has a line of its own.
/// </summary>
internal ref struct TextRenderer(RenderSink sink, RenderOptions options, ref MessageReader message)
{
    private const int PartBytesMax = 24, StructBytesMax = 64;
    private readonly ref MessageReader _message = ref message;

    public void Render(DynamicReader root)
    {
        Struct(root, indent: 1, isPrefixed: false);
        Invariant.That(sink.IsAtRest);
    }

    private void Value(DynamicValue value, int indent, bool isPrefixed)
    {
        switch (value.Kind)
        {
            case DynamicKind.Text:
                Escapes.Text(sink, value.AsText, options.BytesMax);
                break;
            case DynamicKind.Data:
                Escapes.Data(sink, value.AsData, options.BytesMax);
                break;
            case DynamicKind.List:
                List(value.AsList, indent, isPrefixed);
                break;
            case DynamicKind.Struct:
                Struct(value.AsStruct, indent, isPrefixed);
                break;
            case DynamicKind.Enum:
                Enum(value.Type.Enum, value.AsUInt64);
                break;
            default:
                Plain(value);
                break;
        }
    }

    private readonly void Plain(DynamicValue value)
    {
        value.RequireSound();
        if (value.Kind is DynamicKind.Float32 or DynamicKind.Float64)
            sink.Write(Numbers.Text(value.AsFloat64, value.Kind == DynamicKind.Float32));
        else if (value.Kind is >= DynamicKind.Int8 and <= DynamicKind.Int64)
            sink.Write(value.AsInt64);
        else if (value.Kind is >= DynamicKind.UInt8 and <= DynamicKind.UInt64)
            sink.Write(value.AsUInt64);
        else
            sink.Write(Word(value));
    }

    private static ReadOnlySpan<byte> Word(DynamicValue value) => value.Kind switch
    {
        DynamicKind.Void => "void"u8,
        DynamicKind.Bool => value.AsBool ? "true"u8 : "false"u8,
        DynamicKind.Interface => "<external capability>"u8,
        DynamicKind.AnyPointer => "<opaque pointer>"u8,
        _ => "?"u8,
    };

    private readonly void Enum(EnumSchema schema, ulong ordinal)
    {
        if (ordinal < (ulong)schema.Names.Count)
        {
            sink.Write(schema.Names[(int)ordinal]);
            return;
        }

        sink.Write("("u8);
        sink.Write(ordinal);
        sink.Write(")"u8);
    }

    private void List(DynamicListReader list, int indent, bool isPrefixed)
    {
        sink.Enter();
        var shown = Math.Min(list.Count, options.ElementsMax);
        var isBroken = IsBroken(list, shown);
        sink.Write("["u8);
        for (var index = 0; index < shown && !sink.IsOver; index++)
        {
            Separate(index == 0, isBroken, indent, isPrefixed);
            Value(list[index], indent + 1, isPrefixed: false);
        }

        if (shown < list.Count)
        {
            Separate(shown == 0, isBroken, indent, isPrefixed);
            Cut.Mark(sink, list.Count - shown, "");
        }

        sink.Write(isBroken ? " ]"u8 : "]"u8);
        sink.Leave();
    }

    private void Struct(DynamicReader reader, int indent, bool isPrefixed)
    {
        sink.Enter();
        var isBroken = IsBroken(reader);
        var which = Shown(reader);
        var isFirst = true;
        sink.Write("("u8);
        foreach (var field in reader.Schema.Fields)
        {
            if (sink.IsOver)
                break;
            if (field.Discriminant is null ? !reader.Has(field) : field != which)
                continue;
            Separate(isFirst, isBroken, indent, isPrefixed);
            Field(reader, field, indent);
            isFirst = false;
        }

        sink.Write(isBroken ? " )"u8 : ")"u8);
        sink.Leave();
    }

    private void Field(DynamicReader reader, FieldSchema field, int indent)
    {
        sink.Write(field.Name);
        sink.Write(" = "u8);
        Value(reader.Get(field), indent + 1, isPrefixed: true);
    }

    /// <summary>The member of the union to show: not the first one while it is null, since that is what an empty union holds.</summary>
    private static FieldSchema? Shown(DynamicReader reader) =>
        reader.Which is { } which && (which.Discriminant != 0 || reader.Has(which)) ? which : null;

    private readonly void Separate(bool isFirst, bool isBroken, int indent, bool isPrefixed)
    {
        if (!isFirst)
            sink.Write(isBroken ? ","u8 : ", "u8);
        if (isBroken && isFirst && !isPrefixed)
            sink.Write(" "u8);
        else if (isBroken)
            sink.NewLine(indent * 2);
    }

    private readonly bool IsLineWanted => options.IsPretty && !sink.IsMeasuring;

    private bool IsBroken(DynamicListReader list, int shown)
    {
        for (var index = 0; IsLineWanted && index < shown; index++)
        {
            var left = _message.BudgetWords;
            sink.Measure(PartBytesMax);
            Value(list[index], 0, isPrefixed: false);
            if (sink.Measured(ref _message, left) < 0)
                return true;
        }

        return false;
    }

    private bool IsBroken(DynamicReader reader)
    {
        if (!IsLineWanted)
            return false;
        var (which, total) = (Shown(reader), 0L);
        foreach (var field in reader.Schema.Fields)
        {
            if (field.Discriminant is null ? !reader.Has(field) : field != which)
                continue;
            var left = _message.BudgetWords;
            sink.Measure(PartBytesMax);
            Field(reader, field, 0);
            var spare = sink.Measured(ref _message, left);
            total += PartBytesMax - spare;
            if (spare < 0 || total > StructBytesMax)
                return true;
        }

        return false;
    }
}
