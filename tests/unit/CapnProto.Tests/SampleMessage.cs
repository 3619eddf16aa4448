using System.Globalization;
using System.Text;
using K8sMediaFlow.CapnProto.Tests.Samples;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>One message with every kind of field, and its fields as text.</summary>
internal static class SampleMessage
{
    public static void Fill(Everything.Builder e)
    {
        e.Int8 = -100;
        e.Int16 = -30000;
        e.Int32 = int.MinValue;
        e.Int64 = long.MinValue;
        e.Uint8 = 200;
        e.Uint16 = 65535;
        e.Uint32 = uint.MaxValue;
        e.Uint64 = 3;
        e.Float32 = -1.25f;
        e.Float64 = 1e-300;
        e.Yes = false;
        e.No = true;
        e.Colour = Colour.Blue;
        e.Text = "héllo";
        e.Data = [1, 2, 3, 250];
        FillLists(e);
        FillChild(e.InitChild());
        e.InitAny().InitStruct<Point.Builder>().Label = "any";
        var both = e.Choice.InitBoth();
        both.Left = -7;
        both.Right = "right";
        var pair = e.Pair;
        pair.First = 11;
        pair.Second = true;
    }

    private static void FillLists(Everything.Builder e)
    {
        var bools = e.InitBools(11);
        bools[0] = bools[7] = bools[8] = bools[10] = true;
        bools[7] = false;
        "bytes"u8.CopyTo(e.InitBytes(5).Span);
        var words = e.InitWords(3);
        for (var index = 0; index < 3; index++)
            words[index] = ulong.MaxValue - (ulong)index;
        e.InitFloats(2)[1] = 0.5f;
        e.InitColours(2)[0] = Colour.Green;
        var texts = e.InitTexts(2);
        texts.SetText(0, "zero");
        texts.SetText(1, "");
        e.InitDatas(1).SetData(0, [9, 8]);
        var x = 1;
        foreach (var point in e.InitPoints(3))
        {
            var p = point;
            p.X = x;
            p.Y = x++ * 10;
            p.Label = "p" + p.X.ToString(CultureInfo.InvariantCulture);
        }

        e.InitNested(2).Init(1, 3)[2] = -5;
        e.InitVoids(4);
    }

    private static void FillChild(Everything.Builder child)
    {
        child.Text = "child";
        child.Choice.InitPoint().Y = 77;
    }

    public static string Describe(Everything.Reader e)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{e.Int8} {e.Int16} {e.Int32} {e.Int64} {e.Uint8} {e.Uint16} {e.Uint32} {e.Uint64} ");
        text.Append(CultureInfo.InvariantCulture, $"{e.Float32} {e.Float64} {e.Yes} {e.No} {e.Colour} {e.Text.ToString()} ");
        text.Append(CultureInfo.InvariantCulture,
            $"{e.TextWithDefault.ToString()} {Convert.ToHexString(e.Data)} {Convert.ToHexString(e.DataWithDefault)} ");
        foreach (var bit in e.Bools)
            text.Append(bit ? '1' : '0');
        text.Append(' ').AppendJoin(',', e.Bytes.ToArray()).Append(' ').AppendJoin(',', e.Words.ToArray());
        text.Append(' ').AppendJoin(',', e.Floats.ToArray()).Append(' ').AppendJoin(',', e.Colours.ToArray());
        text.Append(' ').AppendJoin(',', e.Texts.ToStrings()).Append(' ');
        foreach (var data in e.Datas)
            text.Append(Convert.ToHexString(data));
        foreach (var point in e.Points)
            text.Append(CultureInfo.InvariantCulture, $" ({point.X},{point.Y},{point.Label.ToString()})");
        foreach (var list in e.Nested)
            text.Append(" [").AppendJoin(',', list.ToArray()).Append(']');
        text.Append(CultureInfo.InvariantCulture, $" voids {e.Voids.Count} pair {e.Pair.First} {e.Pair.Second} ");
        text.Append(e.HasAny ? new Point.Reader(e.Any.AsStruct()).Label.ToString() : "-").Append(' ');
        DescribeChoice(e.Choice, text);
        if (e.HasChild)
            text.Append(" { ").Append(Describe(e.Child)).Append(" }");
        return text.ToString();
    }

    private static void DescribeChoice(Everything.Choice.Reader choice, StringBuilder text)
    {
        text.Append(choice.Which).Append(' ');
        if (choice.Which == Everything.Choice.Which.Both)
            text.Append(CultureInfo.InvariantCulture, $"{choice.Both.Left} {choice.Both.Right.ToString()}");
        if (choice.Which == Everything.Choice.Which.Point)
            text.Append(choice.Point.Y);
    }
}
