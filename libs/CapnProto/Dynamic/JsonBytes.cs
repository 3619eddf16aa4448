using System.Text.Json;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>Data out of an array of numbers, or of a string where the schema says so.</summary>
internal static class JsonBytes
{
    public static void Read(JsonPlace place, AnyPointerBuilder target, JsonDataForm form)
    {
        if (form == JsonDataForm.Numbers)
            Numbers(place, target);
        else
            target.SetData(Decoded(place, form));
    }

    private static void Numbers(JsonPlace place, AnyPointerBuilder target)
    {
        place.Require(place.Kind == JsonValueKind.Array, "an array of bytes");
        var bytes = target.InitData(place.Element.GetArrayLength());
        var index = 0;
        foreach (var item in place.Items())
            bytes[index++] = (byte)JsonNumbers.Whole(item, DynamicKind.UInt8);
        // What is not written holds what the memory held before.
        Invariant.That(index == bytes.Length);
    }

    private static byte[] Decoded(JsonPlace place, JsonDataForm form)
    {
        var name = form == JsonDataForm.Base64 ? "base64" : "hexadecimal digits";
        var text = place.Text("a string in " + name);
        try
        {
            return form == JsonDataForm.Base64 ? Convert.FromBase64String(text) : Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            place.Fail($"the string is not {name}");
            return [];
        }
    }
}
