using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>The first 32 bytes of a data connection (docs/reference/wire-formats.md section 5).</summary>
internal static class TcpPreamble
{
    public const int SizeBytes = 32;

    private const int EpochOffset = 8, ZeroOffset = 12, TokenOffset = 16;

    private static ReadOnlySpan<byte> Magic => "KMFDATA1"u8;

    public static void Write(Span<byte> preamble, uint epoch, ReadOnlySpan<byte> token)
    {
        Invariant.That(token.Length == TcpToken.SizeBytes);
        preamble.Clear();
        Magic.CopyTo(preamble);
        BinaryPrimitives.WriteUInt32LittleEndian(preamble[EpochOffset..], epoch);
        token.CopyTo(preamble[TokenOffset..]);
    }

    /// <summary>Shows a token at the dialling end.</summary>
    /// <exception cref="FabricException">The listener has closed the connection, or takes nothing.</exception>
    public static void Send(StreamSocket socket, uint epoch, ReadOnlySpan<byte> token)
    {
        var preamble = GC.AllocateArray<byte>(SizeBytes, pinned: true);
        Write(preamble, epoch, token);
        var result = socket.SendAll([new MemoryVector(Marshal.UnsafeAddrOfPinnedArrayElement(preamble, 0), SizeBytes)]);
        if (result.IsError)
            throw TcpErrors.OfSend(result, isAborted: false);
    }

    /// <summary>Whether the bytes show this leave. Every part is looked at whatever the others are.</summary>
    public static bool Shows(ReadOnlySpan<byte> preamble, uint epoch, TcpToken token)
    {
        var isToken = token.Equals(preamble.Slice(TokenOffset, TcpToken.SizeBytes));
        var isMagic = preamble[..EpochOffset].SequenceEqual(Magic);
        var isEpoch = BinaryPrimitives.ReadUInt32LittleEndian(preamble[EpochOffset..]) == epoch;
        var isZero = BinaryPrimitives.ReadUInt32LittleEndian(preamble[ZeroOffset..]) == 0;
        return isToken & isMagic & isEpoch & isZero;
    }
}
