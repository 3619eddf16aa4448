using System.Buffers.Binary;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>
/// The serving end of one HTTP/2 connection, as far as a kubelet calls it. Kestrel cannot take its place: the kubelet names a file where a host belongs, and that is
/// refused. Headers are not read at all (of the two calls that come, only one has content), and are written without compression.
/// </summary>
/// <param name="stream">The connection; belongs to this object.</param>
/// <param name="watch">The answer to the call without content, which stays open.</param>
/// <param name="allocate">From the content of the other call to its answer.</param>
internal sealed class CallConnection(Stream stream, byte[] watch, Func<byte[], byte[]> allocate) : IDisposable
{
    private const byte Data = 0, Headers = 1, Settings = 4, Ping = 6, Acknowledged = 1, EndStream = 1, EndHeaders = 4;
    private const int PrefaceBytes = 24, FrameHeaderBytes = 9, MessageHeaderBytes = 5;

    private static readonly byte[] Ok = [0x88, .. Header("content-type", "application/grpc")], Trailer = Header("grpc-status", "0");

    /// <summary>Serves until the other end closes.</summary>
    public void Run()
    {
        stream.ReadExactly(new byte[PrefaceBytes]);
        Send(Settings, 0, 0, []);
        var contents = new Dictionary<int, List<byte>>();
        while (Receive() is var (type, flags, id, payload))
        {
            if (type == Settings && (flags & Acknowledged) == 0)
                Send(Settings, Acknowledged, 0, []);
            else if (type == Ping && (flags & Acknowledged) == 0)
                Send(Ping, Acknowledged, 0, payload);
            else if (type is Headers)
                contents[id] = [];
            else if (type == Data)
                contents[id].AddRange(payload);
            if (type is Headers or Data && (flags & EndStream) != 0)
                Answer(id, [.. contents[id].Skip(MessageHeaderBytes)]);
        }
    }

    public void Dispose() => stream.Dispose();

    private void Answer(int id, byte[] content)
    {
        Send(Headers, EndHeaders, id, Ok);
        Send(Data, 0, id, content.Length == 0 ? watch : allocate(content));
        if (content.Length > 0)
            Send(Headers, EndHeaders | EndStream, id, Trailer);
    }

    private void Send(byte type, byte flags, int id, byte[] payload)
    {
        var frame = new byte[FrameHeaderBytes + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, FrameHeaderBytes);
        stream.Write(frame);
    }

    private (byte Type, byte Flags, int Id, byte[] Payload)? Receive()
    {
        var header = new byte[FrameHeaderBytes];
        if (stream.ReadAtLeast(header, FrameHeaderBytes, throwOnEndOfStream: false) < FrameHeaderBytes)
            return null;
        var payload = new byte[header[0] << 16 | header[1] << 8 | header[2]];
        stream.ReadExactly(payload);
        return (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue, payload);
    }

    // Literal, not indexed, not compressed; names and values are short.
    private static byte[] Header(string name, string value) =>
        [0, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name), (byte)value.Length, .. System.Text.Encoding.ASCII.GetBytes(value)];
}
