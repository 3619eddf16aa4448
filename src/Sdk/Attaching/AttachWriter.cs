using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Attaching;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// The SDK's side of the attach protocol, message by message. Any thread. A peer that is gone is found out by the reader, not here.
/// </summary>
internal sealed class AttachWriter(AttachConnection connection)
{
    private readonly Lock _gate = new();
    private bool _isClosed;
    private readonly MessageBuffer _buffer = new(AttachConnection.MessageBytesMax);

    public void Hello(MediaOperatorOptions options, ReadOnlySpan<byte> token, ulong incarnation, ulong lastSidecar)
    {
        lock (_gate)
        {
            var hello = _buffer.Begin<Messages.AttachMessage.Builder>().InitHello();
            (hello.ProtocolLowest, hello.ProtocolHighest) = (Messages.AttachMessage.ProtocolOldest, Messages.AttachMessage.Protocol);
            (hello.Operator, hello.Replica) = (options.Name, (uint)options.Replica);
            hello.Token = token;
            (hello.Incarnation, hello.LastSidecarIncarnation) = (incarnation, lastSidecar);
            (hello.Role, hello.ProcessId) = (Messages.AttachMessage.Role.MediaOperator, Environment.ProcessId);
            Send();
        }
    }

    public void RegionMapped(uint region)
    {
        lock (_gate)
        {
            var mapped = _buffer.Begin<Messages.AttachMessage.Builder>().InitRegionMapped();
            mapped.Region = region;
            Send();
        }
    }

    public void ChannelRegionReady(ulong channel, ushort index, uint region)
    {
        lock (_gate)
        {
            var ready = _buffer.Begin<Messages.AttachMessage.Builder>().InitChannelRegionReady();
            (ready.Channel, ready.Index, ready.Region) = (channel, index, region);
            Send();
        }
    }

    public void ChannelReady(ulong channel)
    {
        lock (_gate)
        {
            var ready = _buffer.Begin<Messages.AttachMessage.Builder>().InitChannelReady();
            ready.Channel = channel;
            Send();
        }
    }

    public void Goodbye(ulong channel)
    {
        lock (_gate)
        {
            var goodbye = _buffer.Begin<Messages.AttachMessage.Builder>().InitGoodbye();
            goodbye.Channel = channel;
            Send();
        }
    }

    public void Violation(ulong channel, string reason)
    {
        lock (_gate)
        {
            var violation = _buffer.Begin<Messages.AttachMessage.Builder>().InitViolation();
            (violation.Channel, violation.Reason) = (channel, reason);
            Send();
        }
    }

    public void Failed(string reason)
    {
        const int reasonCharsMax = 8000;
        lock (_gate)
        {
            var failed = _buffer.Begin<Messages.AttachMessage.Builder>().InitFailed();
            failed.Reason = reason.Length > reasonCharsMax ? reason[..reasonCharsMax] : reason;
            Send();
        }
    }

    public void Completed()
    {
        lock (_gate)
        {
            _buffer.Begin<Messages.AttachMessage.Builder>().SetCompleted();
            Send();
        }
    }

    /// <summary>A thread that still has this writer sends nothing more: the connection is about to be disposed.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
    }

    private void Send()
    {
        if (_isClosed)
            return;
        try
        {
            connection.Send(_buffer.Finish().Span);
        }
        catch (StagingException)
        {
            // The lease is over, or the sidecar hangs: both look the same from here, and the reader ends this attach.
            connection.Shutdown();
        }
    }
}
