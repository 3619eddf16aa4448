using System.Globalization;
using System.Text;

namespace K8sMediaFlow.Control.Grpc;

/// <summary>The grpc-message trailer: UTF-8, percent-encoded outside printable ASCII.</summary>
internal static class GrpcMessageText
{
    /// <summary>Headers are bounded by peers; a longer message is cut.</summary>
    private const int MessageMaxBytes = 4096;

    public static string Encode(string message)
    {
        var encoded = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(message).Take(MessageMaxBytes))
        {
            if (value is >= 0x20 and <= 0x7e and not (byte)'%')
                encoded.Append((char)value);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return encoded.ToString();
    }

    public static string Decode(string encoded) => Uri.UnescapeDataString(encoded);
}
