using System.Text;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>The few messages of the kubelet's device plugin API (v1beta1), written by hand: fields of text and of messages, all short.</summary>
internal static class Wire
{
    private const int LengthDelimited = 2, ShortMax = 127;

    /// <summary>A field of a message whose content is made of these parts.</summary>
    public static byte[] Field(int number, params byte[][] parts)
    {
        var length = parts.Sum(part => part.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ShortMax);
        return [(byte)(number << 3 | LengthDelimited), (byte)length, .. parts.SelectMany(part => part)];
    }

    public static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    /// <summary>A message as gRPC carries it: not compressed, and its length.</summary>
    public static byte[] Framed(params byte[][] parts)
    {
        var content = parts.SelectMany(part => part).ToArray();
        return [0, 0, 0, (byte)(content.Length >> 8), (byte)content.Length, .. content];
    }
}
