namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// Messages of every kind of object, without a schema: random sizes, random nesting, in a few small segments or one large one.
/// </summary>
internal sealed class RandomMessage(Random random)
{
    private const int CapacityBytes = 256 * 1024;

    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(CapacityBytes, pinned: true);
    private MessageBuilder _message;
    private int _left;

    public ref MessageBuilder Message => ref _message;

    /// <summary>Builds the next one; small segments make far pointers.</summary>
    public ref MessageBuilder Next(bool small = true)
    {
        // From small segments on, the rest in the last one, where everything has room that had none before.
        var segmentBytes = small && random.Next(2) == 0 ? random.Next(2, 40) * 8 : CapacityBytes / 2;
        _message = new MessageBuilder(_memory.AsSpan(0, segmentBytes));
        for (var index = 1; index < random.Next(1, 200) && (index + 1) * segmentBytes < CapacityBytes / 2; index++)
            _message.AddSegment(_memory.AsSpan(index * segmentBytes, segmentBytes));
        _message.AddSegment(_memory.AsSpan(CapacityBytes / 2));
        _left = random.Next(1, 60);
        Fill(_message.InitRoot(Size()), 0);
        return ref _message;
    }

    public byte[] Framed(bool small = true)
    {
        ref var message = ref Next(small);
        var framed = new byte[StreamFraming.SizeBytes(in message)];
        StreamFraming.Write(in message, framed);
        return framed;
    }

    private StructSize Size() => new((ushort)random.Next(4), (ushort)random.Next(5));

    private void Fill(StructBuilder target, int depth)
    {
        for (var word = 0; word < target.Size.DataWords; word++)
            target.Set(word * 8, Word());
        for (var index = 0; index < target.Size.PointerCount; index++)
            Fill(target.GetAny(index), depth + 1);
    }

    private void Fill(AnyPointerBuilder pointer, int depth)
    {
        if (--_left < 0 || depth > 12)
            return;
        switch (random.Next(9))
        {
            case 0 or 1:
                Fill(pointer.InitStruct(Size()), depth);
                break;
            case 2:
                Fill(pointer.InitStructs(Size(), random.Next(5)), depth);
                break;
            case 3:
                var list = pointer.InitPointers(random.Next(4));
                for (var index = 0; index < list.Count; index++)
                    Fill(list[index], depth + 1);
                break;
            case 4:
                pointer.SetText(new string('x', random.Next(20)) + "ü");
                break;
            case 5:
                random.NextBytes(pointer.InitData(random.Next(40)));
                break;
            case 6:
                FillBits(pointer.InitBools(random.Next(70)));
                break;
            case 7:
                FillNumbers(pointer);
                break;
        }
    }

    private void Fill(StructListBuilder list, int depth)
    {
        for (var index = 0; index < list.Count; index++)
            Fill(list[index], depth + 1);
    }

    private void FillBits(BoolListBuilder bits)
    {
        for (var index = 0; index < bits.Count; index++)
            bits[index] = random.Next(2) == 0;
    }

    private void FillNumbers(AnyPointerBuilder pointer)
    {
        switch (random.Next(4))
        {
            case 0:
                pointer.InitVoids(random.Next(10));
                break;
            case 1:
                pointer.InitList<ushort>(random.Next(9)).Span.Fill((ushort)random.Next());
                break;
            case 2:
                pointer.InitList<uint>(random.Next(9)).Span.Fill((uint)random.Next());
                break;
            default:
                pointer.InitList<ulong>(random.Next(9)).Span.Fill((ulong)random.NextInt64());
                break;
        }
    }

    /// <summary>Zero, small, or dense, so that packing meets every kind of word.</summary>
    private ulong Word() => random.Next(4) switch
    {
        0 => 0,
        1 => (ulong)random.Next(256),
        2 => (ulong)random.NextInt64() | 0x0101010101010101,
        _ => (ulong)random.NextInt64(),
    };
}
