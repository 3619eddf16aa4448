using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>128 random bits that name one region for its life.</summary>
public readonly record struct RegionId(ulong First, ulong Second)
{
    public const int SizeBytes = 16;

    public static RegionId New()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        RandomNumberGenerator.Fill(bytes);
        return Read(bytes);
    }

    public static RegionId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, First);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Second);
    }

    public override string ToString() =>
        First.ToString("x16", CultureInfo.InvariantCulture) + Second.ToString("x16", CultureInfo.InvariantCulture);
}
