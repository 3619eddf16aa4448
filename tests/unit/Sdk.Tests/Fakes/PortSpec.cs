using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>What the fake sidecar's welcome says of a port. An output has one edge, named after the port.</summary>
internal sealed record PortSpec(string Name, int Peers = 1, bool BySequence = false, bool IsBroadcast = false, int QuotaBlocks = 64,
    VideoCaps? Caps = null, string KeyField = "")
{
    public void Write(AttachMessage.InputPort.Builder port)
    {
        port.Name = Name;
        port.Order = BySequence ? AttachMessage.Order.BySequence : AttachMessage.Order.Arrival;
        port.ChannelCount = (uint)Peers;
        Write(port.InitCaps());
    }

    public void Write(AttachMessage.OutputPort.Builder port)
    {
        port.Name = Name;
        port.QuotaBlocks = (uint)QuotaBlocks;
        Write(port.InitCaps());
        var edge = port.InitEdges(1)[0];
        edge.Name = Name;
        edge.ChannelCount = (uint)Peers;
        edge.KeyField = KeyField;
        edge.Distribution = KeyField.Length > 0 ? AttachMessage.Distribution.ByKey
            : IsBroadcast ? AttachMessage.Distribution.Broadcast : AttachMessage.Distribution.RoundRobin;
    }

    private void Write(AttachMessage.Caps.Builder caps)
    {
        if (Caps is null)
        {
            caps.SetAny();
            return;
        }
        var video = caps.InitVideo();
        (video.Width, video.Height, video.Format) = ((uint)Caps.Width, (uint)Caps.Height, Caps.Format);
        (video.FrameRateNumerator, video.FrameRateDenominator) = ((uint)Caps.FrameRateNumerator, (uint)Caps.FrameRateDenominator);
    }
}
