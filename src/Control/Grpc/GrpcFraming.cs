using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace K8sMediaFlow.Control.Grpc;

/// <summary>gRPC's length-prefixed messages: a flag byte (1 = compressed), the length as big-endian u32, the message.</summary>
internal static class GrpcFraming
{
    public const int PrefixBytes = 5;

    public static byte[] Encode(IMessage message)
    {
        var sizeBytes = message.CalculateSize();
        var encoded = new byte[PrefixBytes + sizeBytes];
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(1), (uint)sizeBytes);
        message.WriteTo(encoded.AsSpan(PrefixBytes));
        return encoded;
    }

    /// <summary>The next message; null where the stream ends in its place.</summary>
    /// <exception cref="ControlException">Compressed, too large, cut off or not of this type.</exception>
    public static async Task<T?> ReadAsync<T>(PipeReader reader, MessageParser<T> parser, int messageMaxBytes, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            var buffer = read.Buffer;
            if (TryParse(ref buffer, parser, messageMaxBytes, out var message))
            {
                reader.AdvanceTo(buffer.Start);
                return message;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                return read.Buffer.IsEmpty ? null : throw new ControlException(GrpcStatus.Internal, "the message is cut off");
        }
    }

    private static bool TryParse<T>(ref ReadOnlySequence<byte> buffer, MessageParser<T> parser, int messageMaxBytes, out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        if (buffer.Length < PrefixBytes)
            return false;
        var lengthBytes = ReadPrefix(buffer, messageMaxBytes);
        if (buffer.Length < PrefixBytes + lengthBytes)
            return false;
        var body = buffer.Slice(PrefixBytes, lengthBytes);
        message = Parse(parser, body);
        buffer = buffer.Slice(body.End);
        return true;
    }

    private static long ReadPrefix(ReadOnlySequence<byte> buffer, int messageMaxBytes)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        if (prefix[0] != 0)
            throw new ControlException(GrpcStatus.Unimplemented, "compressed messages are not understood");
        var lengthBytes = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (lengthBytes > messageMaxBytes)
            throw new ControlException(GrpcStatus.ResourceExhausted, $"a message of {lengthBytes} bytes, at most {messageMaxBytes} are taken");
        return lengthBytes;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> body)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ControlException(GrpcStatus.InvalidArgument, "the message is malformed: " + error.Message, error);
        }
    }
}
