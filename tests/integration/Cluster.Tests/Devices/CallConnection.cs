using System.Buffers.Binary;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>What a plugin says to one method.</summary>
/// <param name="Message">Framed as gRPC carries it.</param>
/// <param name="Ends">False for a stream whose next message comes when there is something new: never here.</param>
internal sealed record CallAnswer(byte[] Message, bool Ends = true);

/// <summary>
/// The serving end of one HTTP/2 connection, as far as a kubelet calls it. Kestrel cannot take its place: older kubelets name a file where
/// a host belongs, and that is refused. Headers are read for the method's name alone, and are written without compression.
/// </summary>
/// <param name="stream">The connection; belongs to this object.</param>
/// <param name="answers">By path. To any other method it says that it does not have it, as gRPC has it.</param>
internal sealed class CallConnection(Stream stream, IReadOnlyDictionary<string, CallAnswer> answers) : IDisposable
{
    private const byte Data = 0, Headers = 1, Settings = 4, Ping = 6, Acknowledged = 1, EndStream = 1, EndHeaders = 4, Padded = 8,
        Prioritized = 32;
    private const int PrefaceBytes = 24, FrameHeaderBytes = 9, PriorityBytes = 5;

    // No table of headers that were sent before: every block is read by itself.
    private static readonly byte[] NoTable = [0, 1, 0, 0, 0, 0];
    private static readonly byte[] Ok = [0x88, .. Header("content-type", "application/grpc")], Done = Header("grpc-status", "0"),
        Unimplemented = [.. Ok, .. Header("grpc-status", "12")];

    /// <summary>Serves until the other end closes.</summary>
    public void Run()
    {
        stream.ReadExactly(new byte[PrefaceBytes]);
        Send(Settings, 0, 0, NoTable);
        var methods = new Dictionary<int, string>();
        while (Receive() is var (type, flags, id, payload))
        {
            if (type == Settings && (flags & Acknowledged) == 0)
                Send(Settings, Acknowledged, 0, []);
            else if (type == Ping && (flags & Acknowledged) == 0)
                Send(Ping, Acknowledged, 0, payload);
            else if (type == Headers)
                methods[id] = HeaderBlock.Path(Block(flags, payload));
            if (type is Headers or Data && (flags & EndStream) != 0 && methods.Remove(id, out var method))
                Answer(id, method);
        }
    }

    public void Dispose() => stream.Dispose();

    private void Answer(int id, string method)
    {
        if (!answers.TryGetValue(method, out var answer))
        {
            Send(Headers, EndHeaders | EndStream, id, Unimplemented);
            return;
        }
        Send(Headers, EndHeaders, id, Ok);
        Send(Data, 0, id, answer.Message);
        if (answer.Ends)
            Send(Headers, EndHeaders | EndStream, id, Done);
    }

    /// <summary>A frame's block of headers, all of it: kubelets' are short.</summary>
    private static ReadOnlySpan<byte> Block(byte flags, ReadOnlySpan<byte> payload)
    {
        if ((flags & EndHeaders) == 0)
            throw new InvalidDataException("the headers go on in another frame");
        if ((flags & Padded) != 0)
            payload = payload[1..^payload[0]];
        return (flags & Prioritized) != 0 ? payload[PriorityBytes..] : payload;
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
        [0, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name), (byte)value.Length,
            .. System.Text.Encoding.ASCII.GetBytes(value)];
}
