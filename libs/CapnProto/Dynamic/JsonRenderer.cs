using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// The JSON that <c>capnp convert binary:json</c> prints: 64-bit numbers as strings, Data as the schema's annotation says, the member of
/// a union last. A list or object of several parts has a line for each if one of them has more than 50 bytes. What the reference
/// refuses, any-pointers and capabilities, is a string that says so.
/// </summary>
internal ref partial struct JsonRenderer(RenderSink sink, RenderOptions options, ref MessageReader message)
{
    private const int PartBytesMax = 50;
    private readonly ref MessageReader _message = ref message;

    public void Render(DynamicReader root)
    {
        Struct(root, root.Schema.Shape, indent: 0, isPrefixed: false);
        Invariant.That(sink.IsAtRest);
    }

    private void Value(DynamicValue value, JsonField? field, int indent, bool isPrefixed)
    {
        switch (value.Kind)
        {
            case DynamicKind.Text:
                Escapes.Json(sink, value.AsText, options.BytesMax);
                break;
            case DynamicKind.Data:
                Data(value.AsData, field?.DataForm ?? JsonDataForm.Numbers);
                break;
            case DynamicKind.List:
                List(value.AsList, indent, isPrefixed);
                break;
            case DynamicKind.Struct:
                Struct(value.AsStruct, field?.Shape ?? value.Type.Struct.Shape, indent, isPrefixed);
                break;
            default:
                JsonScalars.Write(sink, value);
                break;
        }
    }

    private readonly void Data(ReadOnlySpan<byte> bytes, JsonDataForm form)
    {
        if (form == JsonDataForm.Base64)
            Escapes.Base64(sink, bytes, options.BytesMax);
        else if (form == JsonDataForm.Hex)
            Escapes.Hex(sink, bytes, options.BytesMax);
        else
            JsonScalars.Write(sink, bytes, options);
    }

    private void List(DynamicListReader list, int indent, bool isPrefixed)
    {
        sink.Enter();
        var shown = Math.Min(list.Count, options.ElementsMax);
        var pass = new Pass(indent, isPrefixed, list.Count > 1 && IsBroken(list, shown));
        sink.Write("["u8);
        for (var index = 0; index < shown && !sink.IsOver; index++)
        {
            Separate(ref pass);
            Value(list[index], null, indent + (list.Count > 1 ? 1 : 0), isPrefixed: false);
        }

        if (shown < list.Count)
        {
            Separate(ref pass);
            JsonScalars.Mark(sink, list.Count - shown);
        }

        sink.Write(pass.IsBroken ? " ]"u8 : "]"u8);
        sink.Leave();
    }

    private bool IsBroken(DynamicListReader list, int shown)
    {
        for (var index = 0; IsLineWanted && index < shown; index++)
        {
            var left = _message.BudgetWords;
            sink.Measure(PartBytesMax);
            Value(list[index], null, 0, isPrefixed: false);
            if (sink.Measured(ref _message, left) < 0)
                return true;
        }

        return false;
    }

    private void Struct(DynamicReader reader, JsonShape shape, int indent, bool isPrefixed)
    {
        if (TryRaw(reader, indent, isPrefixed))
            return;
        sink.Enter();
        var looked = default(Pass);
        if (IsLineWanted)
            Members(reader, shape, "", ref looked);
        var pass = new Pass(indent + (looked.Count > 1 ? 1 : 0), isPrefixed, looked.Count > 1 && looked.IsBroken) { BreakIndent = indent };
        sink.Write("{"u8);
        Members(reader, shape, "", ref pass);
        sink.Write(pass.IsBroken ? " }"u8 : "}"u8);
        sink.Leave();
    }

    /// <summary>The members of an object, flattened structs in their place; the first time they are only looked at.</summary>
    private void Members(DynamicReader reader, JsonShape shape, string prefix, ref Pass pass)
    {
        foreach (var field in reader.Schema.Fields)
        {
            if (sink.IsOver)
                return;
            if (field.Discriminant is null && reader.Has(field))
                Part(reader, field, shape, prefix, ref pass);
        }

        if (reader.Which is not { } which)
            return;
        if (shape.TagName is not null)
            Tag(prefix + shape.TagName, shape.Fields[which.Index].Tag, ref pass);
        if (shape.TagName is null || which.Type.Kind != DynamicKind.Void || shape.Fields[which.Index].IsFlat)
            Part(reader, which, shape, prefix, ref pass);
    }

    private void Part(DynamicReader reader, FieldSchema field, JsonShape shape, string prefix, ref Pass pass)
    {
        var json = shape.Fields[field.Index];
        if (json.IsFlat)
        {
            sink.Enter();
            Members(reader.Get(field).AsStruct, json.Shape!, prefix + json.Prefix, ref pass);
            sink.Leave();
            return;
        }

        var name = prefix + json.Name;
        if (pass.IsWriting)
        {
            Separate(ref pass);
            Member(name, reader, field, json, pass.Indent);
        }
        else if (pass.CountOne())
        {
            var left = _message.BudgetWords;
            sink.Measure(PartBytesMax);
            Member(name, reader, field, json, 0);
            pass.IsBroken = sink.Measured(ref _message, left) < 0;
        }
    }

    private void Member(string name, DynamicReader reader, FieldSchema field, JsonField json, int indent)
    {
        JsonScalars.Name(sink, name, options.IsPretty);
        Value(reader.Get(field), json, indent, isPrefixed: true);
    }

    private readonly void Tag(string name, string tag, ref Pass pass)
    {
        if (pass.IsWriting)
        {
            Separate(ref pass);
            JsonScalars.Tag(sink, name, tag, options.IsPretty);
        }
        else if (pass.CountOne())
        {
            sink.Measure(PartBytesMax);
            JsonScalars.Tag(sink, name, tag, options.IsPretty);
            pass.IsBroken = sink.Measured() < 0;
        }
    }

    private readonly void Separate(ref Pass pass)
    {
        var isFirst = pass.Count++ == 0;
        if (!isFirst)
            sink.Write(pass.IsBroken || !options.IsPretty ? ","u8 : ", "u8);
        if (pass.IsBroken && isFirst && !pass.IsPrefixed)
            sink.Write(" "u8);
        else if (pass.IsBroken)
            sink.NewLine((pass.BreakIndent + 1) * 2);
    }

    private readonly bool IsLineWanted => options.IsPretty && !sink.IsMeasuring;

    /// <summary>One walk over the parts of a list or object: to see how many and how wide they are, or to write them.</summary>
    private struct Pass(int indent, bool isPrefixed, bool isBroken)
    {
        public readonly bool IsWriting = true;
        public readonly bool IsPrefixed = isPrefixed;
        public readonly int Indent = indent;
        public int BreakIndent = indent;
        public int Count;
        public bool IsBroken = isBroken;

        /// <summary>Whether the part is still to be measured.</summary>
        public bool CountOne()
        {
            Count++;
            return !IsBroken;
        }
    }
}
