using K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;
using K8sMediaFlow.CapnProto.Corpus.Tests.Model;

namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>Memory in which messages are built and read, again and again; not cleared in between.</summary>
public sealed class MessageBench
{
    private static readonly ReadLimits Limits = new(1L << 40, 200);

    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(8 << 20, pinned: true);
    private readonly byte[] _input = GC.AllocateUninitializedArray<byte>(8 << 20, pinned: true);

    public MessageBench() => _memory.AsSpan().Fill(0xee);

    /// <summary>A framed message of the value, in one segment or in many.</summary>
    public byte[] Build(SchemaDriver driver, int root, Val value, int segmentBytes, bool isPacked)
    {
        var message = Empty(segmentBytes);
        driver.Build(root, ref message, value);
        return Framed(in message, isPacked);
    }

    /// <summary>What the generated readers of that schema see in a message.</summary>
    public string Dump(SchemaDriver driver, int root, byte[] framed, bool isPacked = false, bool hidesAny = false)
    {
        var message = Read(framed, isPacked);
        var dump = new DumpWriter { HidesAny = hidesAny };
        driver.Dump(root, ref message, dump);
        return dump.ToString();
    }

    /// <summary>What the generated readers see, or null where they refuse the message: then <paramref name="reason"/> says why.</summary>
    public string? TryDump(SchemaDriver driver, int root, byte[] framed, out string reason)
    {
        try
        {
            reason = "";
            return Dump(driver, root, framed);
        }
        catch (CapnProtoException e)
        {
            reason = e.Message;
            return null;
        }
    }

    public static List<string> DumpStream(SchemaDriver driver, int root, byte[] stream, bool isPacked)
    {
        var dumps = new List<string>();
        var input = new MessageInput(new MemoryStream(stream), Limits, isPacked);
        while (input.MoveNext())
        {
            var dump = new DumpWriter();
            driver.Dump(root, ref input.Message, dump);
            dumps.Add(dump.ToString());
        }

        return dumps;
    }

    public byte[] Canonical(byte[] framed)
    {
        var message = Read(framed, isPacked: false);
        var length = CanonicalForm.Write(message.RootPointer(), _memory);
        return _memory.AsSpan(0, length).ToArray();
    }

    /// <summary>The message copied as it is, whatever the reader's schema knows of it.</summary>
    public byte[] Copy(byte[] framed, int segmentBytes)
    {
        var source = Read(framed, isPacked: false);
        var message = Empty(segmentBytes);
        message.RootPointer().SetPointer(source.RootPointer());
        return Framed(in message, isPacked: false);
    }

    /// <summary>The message copied, then changed through the builders of another version of its schema.</summary>
    public byte[] Update(SchemaDriver driver, int root, byte[] framed, Val value)
    {
        var source = Read(framed, isPacked: false);
        var message = Empty(_memory.Length);
        message.RootPointer().SetPointer(source.RootPointer());
        driver.Update(root, ref message, value);
        return Framed(in message, isPacked: false);
    }

    private MessageBuilder Empty(int segmentBytes)
    {
        var message = new MessageBuilder(_memory.AsSpan(0, segmentBytes));
        for (var start = segmentBytes; start < _memory.Length && message.SegmentCount < 400; start += segmentBytes)
        {
            // Each segment larger than the last, so that whatever does not fit the small ones finds a place.
            segmentBytes = Math.Min(segmentBytes * 2, _memory.Length - start);
            message.AddSegment(_memory.AsSpan(start, segmentBytes & ~7));
        }

        return message;
    }

    private static byte[] Framed(in MessageBuilder message, bool isPacked)
    {
        var sizeBytes = StreamFraming.SizeBytes(in message);
        var framed = new byte[isPacked ? PackedEncoding.SizeBytesMax(sizeBytes) + 16 : sizeBytes];
        var length = isPacked ? PackedFraming.Write(in message, framed) : StreamFraming.Write(in message, framed);
        return framed[..length];
    }

    private MessageReader Read(byte[] framed, bool isPacked)
    {
        if (!isPacked)
            framed.CopyTo(_input, 0);
        var isSound = isPacked
            ? PackedFraming.TryRead(framed, _input, Limits, out var message, out var length)
            : StreamFraming.TryRead(_input.AsSpan(0, framed.Length), Limits, out message, out length);
        isSound.ShouldBeTrue(
            $"{framed.Length} bytes, {(isPacked ? "packed" : "flat")}: {Convert.ToHexString(framed.AsSpan(0, Math.Min(64, framed.Length)))}");
        length.ShouldBe(framed.Length);
        return message;
    }
}
