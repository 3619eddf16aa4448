namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>Random values of a type.</summary>
/// <param name="random">Seeded.</param>
/// <param name="isForDefault">Whether the value will stand in a schema: small, known enumerants only, no null elements.</param>
/// <param name="anyStructs">What an any-pointer may hold, besides texts, data and lists.</param>
/// <param name="isForText">
/// Whether the <c>capnp</c> program's text has to carry it, which it does not for all values: it writes a negative zero as -0 and reads
/// that as an integer, does not print every bit of a float, and loses count of what is quoted where quotes or # stand in a text or data.
/// </param>
public sealed class ValueGenerator(Random random, bool isForDefault = false, IReadOnlyList<StructModel>? anyStructs = null,
    bool isForText = false)
{
    private static readonly ulong[] Edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, long.MaxValue,
        1UL << 63, ulong.MaxValue];
    private static readonly double[] Doubles = [0, -0.0, 1, -1.5, 1e300, double.Epsilon, Math.PI / 4, double.PositiveInfinity,
        double.NegativeInfinity, double.NaN];
    private static readonly float[] Floats = [0, -0f, 1, -1.5f, 1e30f, float.Epsilon, 1 / MathF.PI, float.PositiveInfinity,
        float.NegativeInfinity, float.NaN];
    private static readonly string[] Texts = ["", "a", "hello", "héllo", "𝄞 clef", "quote\" back\\slash", "tab\t line\n", "\u0001\u007f",
        "日本語"];

    public Val Next(CorpusType type, int depth) => type.Kind switch
    {
        Kind.Void => Val.Number(0),
        Kind.Bool => Val.Number((ulong)random.Next(2)),
        Kind.Float32 => Val.Number(Float32()),
        Kind.Float64 => Val.Number(Float64()),
        Kind.Enum => Val.Number((ulong)random.Next(isForDefault ? type.Enum!.OldCount : type.Enum!.Enumerants.Count)),
        Kind.Text => new Val { Bytes = System.Text.Encoding.UTF8.GetBytes(Texts[random.Next(isForText ? 5 : Texts.Length)]) },
        Kind.Data => new Val { Bytes = Bytes(random.Next(20)) },
        Kind.List => List(type.Element!, depth),
        Kind.Struct => Struct(type.Struct!, type.AllArguments, depth),
        Kind.Any => Any(depth),
        _ => Val.Number(Integer(type.Kind)),
    };

    private ulong Integer(Kind kind)
    {
        var bits = random.Next(3) == 0 ? Edges[random.Next(Edges.Length)] : (ulong)random.NextInt64() * 3;
        return bits & (ulong.MaxValue >> (64 - WidthBits(kind)));
    }

    private static int WidthBits(Kind kind) => kind switch
    {
        Kind.Int8 or Kind.UInt8 => 8,
        Kind.Int16 or Kind.UInt16 => 16,
        Kind.Int32 or Kind.UInt32 => 32,
        _ => 64,
    };

    private ulong Float32() => BitConverter.SingleToUInt32Bits(
        !isForText && random.Next(2) == 0
            ? Floats[random.Next(Floats.Length)]
            : IsPlain ? random.Next(-999, 999) / 8f : random.NextSingle());

    private ulong Float64() => BitConverter.DoubleToUInt64Bits(
        !isForText && random.Next(2) == 0
            ? Doubles[random.Next(Doubles.Length)]
            : IsPlain ? random.Next(-999, 999) / 8d : random.NextDouble());

    /// <summary>
    /// A default stands in texts as well, where a field that was not set is the one that its union is about: one in some hundred random
    /// numbers comes back with other last bits.
    /// </summary>
    private bool IsPlain => isForText || isForDefault;

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return isForText ? [.. bytes.Select(one => (byte)('a' + (one % 26)))] : bytes;
    }

    private Val List(CorpusType element, int depth)
    {
        var count = depth > 4 ? 0 : random.Next(random.Next(8) == 0 ? 70 : 5) / (depth + 1);
        return new Val { Items = [.. Enumerable.Range(0, count).Select(_ => IsNullElement(element) ? null : Next(element, depth + 1))] };
    }

    private bool IsNullElement(CorpusType element) =>
        !isForDefault && element.IsPointer && element.Kind != Kind.Struct && random.Next(6) == 0;

    private Val Struct(StructModel model, IReadOnlyList<CorpusType> arguments, int depth)
    {
        var value = new Val();
        if (depth < 6)
            Members(model.Members, arguments, value, depth);
        return value;
    }

    private void Members(List<Member> members, IReadOnlyList<CorpusType> arguments, Val value, int depth)
    {
        foreach (var member in members)
        {
            if (member is GroupMember { IsUnion: true } union)
                Union(union, arguments, value, depth);
            else if (Member(member, arguments, depth) is { } set)
                value.Fields[member.Name] = set;
        }
    }

    private void Union(GroupMember union, IReadOnlyList<CorpusType> arguments, Val value, int depth)
    {
        if (random.Next(5) > 0)
            Choose(union, arguments, union.Name.Length == 0 ? value : value.Fields[union.Name] = new Val(), depth);
    }

    private void Choose(GroupMember union, IReadOnlyList<CorpusType> arguments, Val value, int depth)
    {
        var chosen = union.Members[random.Next(union.Members.Count)];
        value.Fields[chosen.Name] = Member(chosen, arguments, depth, isChosen: true)!;
    }

    private Val? Member(Member member, IReadOnlyList<CorpusType> arguments, int depth, bool isChosen = false)
    {
        if (member is GroupMember group)
        {
            var value = new Val();
            if (group.IsUnion)
                Choose(group, arguments, value, depth);
            else
                Members(group.Members, arguments, value, depth);
            return value;
        }

        var field = (FieldMember)member;
        var type = field.Type.With(arguments);
        if (!isChosen && (random.Next(5) == 0 || (depth > 3 && type.IsPointer)))
            return null;
        return field.NewType is { } newer && random.Next(8) > 0 ? Any(newer, depth + 1) : Next(type, depth + 1);
    }

    /// <summary>In an any-pointer, what a newer schema says that it is.</summary>
    private Val Any(CorpusType newer, int depth) => newer.Kind switch
    {
        Kind.Text => new Val { Bits = AnyContent.Text, Bytes = "any"u8.ToArray() },
        Kind.Data => new Val { Bits = AnyContent.Data, Bytes = Bytes(random.Next(9)) },
        Kind.List => Words(),
        _ => AnyStruct(depth, Enumerable.Range(0, anyStructs?.Count ?? 0).First(index => anyStructs![index] == newer.Struct)),
    };

    private Val Any(int depth) => random.Next(4) switch
    {
        0 => new Val { Bits = AnyContent.Text, Bytes = "any"u8.ToArray() },
        1 => new Val { Bits = AnyContent.Data, Bytes = Bytes(random.Next(9)) },
        2 => Words(),
        _ => AnyStruct(depth, random.Next(Math.Max(1, anyStructs?.Count ?? 0))),
    };

    private Val Words() => new()
    {
        Bits = AnyContent.Words,
        Items = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Val.Number((ulong)random.NextInt64()))],
    };

    private Val AnyStruct(int depth, int index)
    {
        if (anyStructs is null or { Count: 0 } || depth > 3)
            return new Val { Bits = AnyContent.Text };
        return new Val { Bits = AnyContent.FirstStruct + (ulong)index, Items = [Struct(anyStructs[index], [], depth + 1)] };
    }
}
