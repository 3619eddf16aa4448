using System.Security.Cryptography;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>The one-time leave to open a data connection: 128 random bits, compared in constant time.</summary>
internal sealed class TcpToken
{
    public const int SizeBytes = 16;

    private readonly byte[] _bytes;

    private TcpToken(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static TcpToken Create() => new(RandomNumberGenerator.GetBytes(SizeBytes));

    public bool Equals(ReadOnlySpan<byte> shown) => CryptographicOperations.FixedTimeEquals(_bytes, shown);
}
