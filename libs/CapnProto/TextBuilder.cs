namespace K8sMediaFlow.CapnProto;

/// <summary>A text under construction, as UTF-8 without its NUL, which is there already.</summary>
public readonly ref struct TextBuilder : IListBuilder<TextBuilder>
{
    internal TextBuilder(Span<byte> bytes) => Bytes = bytes;

    /// <summary>The bytes, in the message.</summary>
    public Span<byte> Bytes { get; }

    public static implicit operator Utf8Text(TextBuilder text) => new(text.Bytes);

    /// <summary>A new string.</summary>
    public override string ToString() => new Utf8Text(Bytes).ToString();

    static TextBuilder IPointerBuilder<TextBuilder>.FromPointer(AnyPointerBuilder slot) => slot.GetText();

    static TextBuilder IListBuilder<TextBuilder>.InitPointer(AnyPointerBuilder slot, int count)
    {
        var text = slot.InitText(count);
        text.Bytes.Clear();
        return text;
    }
}
