namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>JSON that a message holds as such. A call, which is no JSON, is written like any other struct.</summary>
internal ref partial struct JsonRenderer
{
    private bool TryRaw(DynamicReader reader, int indent, bool isPrefixed)
    {
        if (!RawJson.Is(reader.Schema) || reader.Which is not { } which || which.Name == "call")
            return false;
        sink.Enter();
        if (which.Name == "object")
            RawObject(reader.Get(which).AsList, indent, isPrefixed);
        else
            Value(reader.Get(which), null, indent, isPrefixed);
        sink.Leave();
        return true;
    }

    private void RawObject(DynamicListReader items, int indent, bool isPrefixed)
    {
        var shown = Math.Min(items.Count, options.ElementsMax);
        var innerIndent = indent + (items.Count > 1 ? 1 : 0);
        var pass = new Pass(innerIndent, isPrefixed, items.Count > 1 && IsRawBroken(items, shown)) { BreakIndent = indent };
        sink.Write("{"u8);
        for (var index = 0; index < shown && !sink.IsOver; index++)
        {
            Separate(ref pass);
            RawMember(items[index].AsStruct, innerIndent);
        }

        if (shown < items.Count)
        {
            Separate(ref pass);
            JsonScalars.Name(sink, "…", options.IsPretty);
            JsonScalars.Mark(sink, items.Count - shown);
        }

        sink.Write(pass.IsBroken ? " }"u8 : "}"u8);
    }

    private bool IsRawBroken(DynamicListReader items, int shown)
    {
        for (var index = 0; IsLineWanted && index < shown; index++)
        {
            var left = _message.BudgetWords;
            sink.Measure(PartBytesMax);
            RawMember(items[index].AsStruct, 0);
            if (sink.Measured(ref _message, left) < 0)
                return true;
        }

        return false;
    }

    private void RawMember(DynamicReader item, int indent)
    {
        Escapes.Json(sink, item["name"].AsText, options.BytesMax);
        sink.Write(options.IsPretty ? ": "u8 : ":"u8);
        Value(item["value"], null, indent, isPrefixed: true);
    }
}
