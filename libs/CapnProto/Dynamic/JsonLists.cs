using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>Lists of numbers out of JSON.</summary>
internal static class JsonLists
{
    public static void Numbers(JsonPlace place, AnyPointerBuilder target, DynamicType element, int count)
    {
        switch (element.Kind.DataBits())
        {
            case 0:
                target.InitVoids(count);
                foreach (var bits in All(place, element))
                    _ = bits;
                break;
            case 1:
                Bools(place, target.InitBools(count), element);
                break;
            case 8:
                Fill(place, target.InitList<byte>(count).Span, element, static bits => (byte)bits);
                break;
            case 16:
                Fill(place, target.InitList<ushort>(count).Span, element, static bits => (ushort)bits);
                break;
            case 32:
                Fill(place, target.InitList<uint>(count).Span, element, static bits => (uint)bits);
                break;
            default:
                Fill(place, target.InitList<ulong>(count).Span, element, static bits => bits);
                break;
        }
    }

    private static IEnumerable<ulong> All(JsonPlace place, DynamicType element) =>
        place.Items().Select(item => JsonNumbers.Bits(item, element));

    private static void Bools(JsonPlace place, BoolListBuilder target, DynamicType element)
    {
        var index = 0;
        foreach (var bits in All(place, element))
            target[index++] = bits != 0;
        Invariant.That(index == target.Count);
    }

    private static void Fill<T>(JsonPlace place, Span<T> target, DynamicType element, Func<ulong, T> narrow)
    {
        var index = 0;
        foreach (var bits in All(place, element))
            target[index++] = narrow(bits);
        Invariant.That(index == target.Length);
    }
}
