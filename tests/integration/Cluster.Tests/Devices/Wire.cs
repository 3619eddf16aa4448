using System.Buffers.Binary;
using System.Text;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>
/// The few messages of the kubelet's device plugin API (v1beta1), written by hand: fields of text, of messages, and one that is true.
/// </summary>
internal static class Wire
{
    private const int LengthDelimited = 2, LengthBits = 7;

    /// <summary>A field of a message whose content is made of these parts.</summary>
    public static byte[] Field(int number, params byte[][] parts) =>
        [(byte)(number << 3 | LengthDelimited), .. Length(parts.Sum(part => part.Length)), .. parts.SelectMany(part => part)];

    public static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    public static byte[] True(int number) => [(byte)(number << 3), 1];

    /// <summary>A message as gRPC carries it: not compressed, and its length.</summary>
    public static byte[] Framed(params byte[][] parts)
    {
        var content = parts.SelectMany(part => part).ToArray();
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [0, .. length, .. content];
    }

    private static IEnumerable<byte> Length(int length)
    {
        for (; length >= 1 << LengthBits; length >>= LengthBits)
            yield return (byte)(length & ((1 << LengthBits) - 1) | 1 << LengthBits);
        yield return (byte)length;
    }
}
