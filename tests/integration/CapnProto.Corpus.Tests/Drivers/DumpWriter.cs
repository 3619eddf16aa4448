using System.Globalization;
using System.Text;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>
/// Values as text that shows every bit. The same text is written from the model, from generated readers, and by the reference; a null
/// pointer is <c>~</c>, followed by the default that it reads as.
/// </summary>
public sealed class DumpWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>What the content of any-pointers becomes: from the model their layout is not known.</summary>
    public bool HidesAny { get; init; }

    public void Raw(string text) => _text.Append(text);

    public void Name(string name) => _text.Append(name).Append('=');

    public void Number(bool value) => _text.Append(value ? '1' : '0');

    public void Number(long value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    public void Number(ulong value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>All NaNs are one: C++ passes floats through doubles.</summary>
    public void Number(float value) =>
        _text.Append(float.IsNaN(value) ? "nan" : BitConverter.SingleToUInt32Bits(value).ToString("x", CultureInfo.InvariantCulture));

    public void Number(double value) =>
        _text.Append(double.IsNaN(value) ? "nan" : BitConverter.DoubleToUInt64Bits(value).ToString("x", CultureInfo.InvariantCulture));

    public void Bytes(ReadOnlySpan<byte> bytes) => _text.Append('\'').Append(Convert.ToHexStringLower(bytes)).Append('\'');

    public void Any(AnyPointerReader pointer)
    {
        if (pointer.IsNull)
            _text.Append('~');
        else if (HidesAny)
            _text.Append('*');
        else if (pointer.Kind == PointerKind.Struct)
            Any(pointer.AsStruct());
        else
            Any(pointer.AsList());
    }

    public override string ToString() => _text.ToString();

    private void Any(StructReader value)
    {
        var size = value.Size;
        var data = new byte[size.DataWords * 8];
        for (var index = 0; index < data.Length; index++)
            data[index] = value.Get<byte>(index);
        _text.Append('S').Append(Convert.ToHexStringLower(data.AsSpan().TrimEnd((byte)0))).Append('(');
        var last = (int)size.PointerCount;
        while (last > 0 && value.GetAny(last - 1).IsNull)
            last--;
        for (var index = 0; index < last; index++)
        {
            Any(value.GetAny(index));
            _text.Append(';');
        }

        _text.Append(')');
    }

    private void Any(ListReader list)
    {
        _text.Append('L').Append(((int)list.ElementSize).ToString(CultureInfo.InvariantCulture)).Append('[');
        for (var index = 0; index < list.Count; index++)
        {
            Element(list, index);
            _text.Append(',');
        }

        _text.Append(']');
    }

    private void Element(ListReader list, int index)
    {
        switch (list.ElementSize)
        {
            case ElementSize.Void: break;
            case ElementSize.Bit: Number(list.AsBools()[index]); break;
            case ElementSize.Byte: Number((ulong)list.As<byte>()[index]); break;
            case ElementSize.TwoBytes: Number((ulong)list.As<ushort>()[index]); break;
            case ElementSize.FourBytes: Number((ulong)list.As<uint>()[index]); break;
            case ElementSize.EightBytes: Number(list.As<ulong>()[index]); break;
            case ElementSize.Pointer: Any(list.AsPointers()[index]); break;
            default: Any(list.AsStructs()[index]); break;
        }
    }
}
