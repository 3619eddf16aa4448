using System.Numerics;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>A list read as each type that a schema might say it is; 1000 stands for a refusal.</summary>
internal static class ListViews
{
    public const ulong Refused = 1000;

    public static void Add(ListReader list, WalkDigest digest)
    {
        Numbers<byte>(list, digest);
        Numbers<ushort>(list, digest);
        Numbers<uint>(list, digest);
        Numbers<ulong>(list, digest);
        Bits(list, digest);
        Pointers(list, digest);
        Structs(list, digest);
    }

    private static void Numbers<T>(ListReader list, WalkDigest digest)
        where T : unmanaged, INumber<T>
    {
        try
        {
            foreach (var number in list.As<T>())
                digest.Add(ulong.CreateTruncating(number));
        }
        catch (CapnProtoException e) when (e.Error == CapnProtoError.WrongElementSize)
        {
            digest.Add(Refused);
        }
    }

    private static void Bits(ListReader list, WalkDigest digest)
    {
        try
        {
            foreach (var bit in list.AsBools())
                digest.Add(bit ? 1UL : 0);
        }
        catch (CapnProtoException e) when (e.Error == CapnProtoError.WrongElementSize)
        {
            digest.Add(Refused);
        }
    }

    private static void Pointers(ListReader list, WalkDigest digest)
    {
        try
        {
            foreach (var pointer in list.AsPointers())
                digest.Add(pointer.IsNull ? 0UL : 1);
        }
        catch (CapnProtoException e) when (e.Error == CapnProtoError.WrongElementSize)
        {
            digest.Add(Refused);
        }
    }

    private static void Structs(ListReader list, WalkDigest digest)
    {
        try
        {
            foreach (var element in list.AsStructs())
            {
                digest.Add(element.Get<ushort>(0));
                digest.Add(element.HasPointer(0) ? 1UL : 0);
            }
        }
        catch (CapnProtoException e) when (e.Error == CapnProtoError.WrongElementSize)
        {
            digest.Add(Refused);
        }
    }
}
