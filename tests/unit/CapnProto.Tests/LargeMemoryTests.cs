using System.Globalization;
using System.Runtime.InteropServices;
using K8sMediaFlow.CapnProto.Tests.Samples;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Memory that is longer than a span, and files that are longer than one would like to read.</summary>
public class LargeMemoryTests
{
    private const long FileBytes = 6L << 30;

    [Fact]
    public void A_mapped_file_is_read_without_touching_what_is_not_asked_for()
    {
        var path = Path.GetTempFileName();
        try
        {
            WriteSparse(path);
            using var message = MappedMessage.Open(path, ReadLimits.ForSize(FileBytes));
            message.LengthBytes.ShouldBe(FileBytes);
            var before = ResidentBytes(path);
            var read = message.Root<Everything.Reader>();
            read.Int32.ShouldBe(42 ^ 123456);
            read.Data.Length.ShouldBe(500 << 20);
            read.Raw.GetText(0).ToString().ShouldBe("behind 5 GiB");

            // A fault may bring in its surroundings, but nothing near the half gigabyte of the data or the holes around it.
            ResidentBytes(path).ShouldBeLessThan(before + (4 << 20));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_no_message_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            Refused(path);
            File.WriteAllBytes(path, new byte[4]);
            Refused(path);
            File.WriteAllBytes(path, [0, 0, 0, 0, 2, 0, 0, 0, .. new byte[15]]);
            Refused(path);
            File.WriteAllBytes(path, [0, 0, 0, 0, 2, 0, 0, 0, .. new byte[16]]);
            using var message = MappedMessage.Open(path, ReadLimits.Default);
            message.Root<Everything.Reader>().Int32.ShouldBe(123456);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public unsafe void A_message_may_be_built_beyond_2_GiB()
    {
        // Untouched pages of a sparse allocation, as payloads are not cleared.
        var capacityBytes = 5L << 30;
        var memory = NativeMemory.Alloc((nuint)capacityBytes);
        try
        {
            var message = new MessageBuilder((nint)memory, capacityBytes);
            var list = message.RootPointer().InitPointers(10);
            for (var index = 0; index < 7; index++)
                list[index].InitData((1 << 29) - 1)[^1] = (byte)index;
            list[7].SetText("behind 3 GiB");
            message.UsedBytes(0).ShouldBeGreaterThan(3L << 30);

            var reader = message.ToReader(ReadLimits.ForSize(capacityBytes));
            var read = reader.RootPointer().AsList().AsPointers();
            read[7].AsText().ToString().ShouldBe("behind 3 GiB");
            for (var index = 0; index < 7; index++)
                read[index].AsData()[^1].ShouldBe((byte)index);

            // No pointer reaches further than 4 GiB, so that is where a segment ends.
            Should.Throw<CapnProtoException>(() => Overfill((nint)memory)).Error.ShouldBe(CapnProtoError.OutOfSpace);
            Should.Throw<OverflowException>(() => new MessagePart((nint)memory, 3L << 30).Span.Length);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    private static void Overfill(nint memory)
    {
        var message = new MessageBuilder(memory, 5L << 30);
        var list = message.RootPointer().InitPointers(10);
        for (var index = 0; index < 10; index++)
            list[index].InitData((1 << 29) - 1);
    }

    /// <summary>Two segments: the second begins in the middle of a hole and has its text at its far end.</summary>
    private static void WriteSparse(string path)
    {
        const long SecondBytes = 3L << 30;
        const long FirstBytes = FileBytes - SecondBytes - 16;
        var buffer = new MessageBuffer(1024);
        var root = buffer.Begin<Everything.Builder>();
        root.Int32 = 42 ^ 123456;
        var envelopeBytes = (int)buffer.Builder.UsedBytes(0);
        var raw = root.Raw;
        var textSlot = 8 + (raw.Size.DataWords * 8);
        var envelope = buffer.Finish().Span[8..].ToArray();
        var textPad = (SecondBytes - 32) / 8;
        BitConverter.TryWriteBytes(envelope.AsSpan(textSlot), 2UL | ((ulong)textPad << 3) | (1UL << 32));
        var dataOffset = (1L << 30) / 8;
        BitConverter.TryWriteBytes(envelope.AsSpan(textSlot + 16), 1UL | ((ulong)dataOffset << 2) | (2UL << 32) | (500UL << 20 << 35));
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        Write(file, 0, BitConverter.GetBytes(1 | ((ulong)(FirstBytes / 8) << 32)));
        Write(file, 8, BitConverter.GetBytes((ulong)(SecondBytes / 8)));
        Write(file, 16, envelope.AsSpan(0, envelopeBytes));
        Write(file, 16 + FirstBytes + (textPad * 8), BitConverter.GetBytes(1UL | (2UL << 32) | (13UL << 35)));
        Write(file, 16 + FirstBytes + (textPad * 8) + 8, "behind 5 GiB\0\0\0\0"u8);
        RandomAccess.SetLength(file, FileBytes);
    }

    private static void Write(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes) =>
        RandomAccess.Write(file, bytes, offset);

    private static void Refused(string path) =>
        Should.Throw<CapnProtoException>(() => MappedMessage.Open(path, ReadLimits.Default)).Error.ShouldBe(CapnProtoError.BadFraming);

    /// <summary>What of this process's mappings of a file is in memory, as the system counts it.</summary>
    private static long ResidentBytes(string path)
    {
        var isOurs = false;
        var sumBytes = 0L;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Contains('-') && !line.StartsWith("Rss", StringComparison.Ordinal) && line.Contains(' ')
                && char.IsAsciiHexDigitLower(line[0]))
                isOurs = line.EndsWith(path, StringComparison.Ordinal);
            else if (isOurs && line.StartsWith("Rss:", StringComparison.Ordinal))
                sumBytes += 1024 * long.Parse(line[4..^3], CultureInfo.InvariantCulture);
        }

        return sumBytes;
    }
}
