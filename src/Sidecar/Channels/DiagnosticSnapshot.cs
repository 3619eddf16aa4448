using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// Shows an observer what is there now: every readable region, then every channel with the regions that it names. Read-only descriptors;
/// nothing is asked back.
/// </summary>
internal static class DiagnosticSnapshot
{
    public static void Show(ChannelBroker ports, LocalSocket socket, MessageBuffer buffer)
    {
        // Descriptors are opened under the lock and sent after it: a tool that does not read must not hold up the ports.
        var regions = new List<(PodRegion Region, ReadOnlyDescriptor File)>();
        var channels = new List<(PortChannel Channel, ReadOnlyDescriptor File)>();
        ports.Visit((ends, open) =>
        {
            regions.AddRange(ends.Select(end => end.OwnRegion).OfType<PodRegion>().Where(region => region.IsReadable)
                .Select(region => (region, ReadOnlyDescriptor.Of(region.Staging.File))));
            channels.AddRange(open.Select(channel => (channel, ReadOnlyDescriptor.Of(channel.File.File))));
        });
        try
        {
            for (var number = 0; number < regions.Count; number++)
                SendRegion(socket, buffer, regions[number].Region, number, regions[number].File);
            foreach (var (channel, file) in channels)
                SendChannel(socket, buffer, channel, file, regions.ConvertAll(entry => entry.Region));
        }
        finally
        {
            regions.ForEach(entry => entry.File.Dispose());
            channels.ForEach(entry => entry.File.Dispose());
        }
    }

    private static void SendRegion(LocalSocket socket, MessageBuffer buffer, PodRegion region, int number, ReadOnlyDescriptor file)
    {
        var shown = buffer.Begin<AttachMessage.Builder>().InitRegion();
        shown.Region = (uint)number;
        shown.IdLow = region.Staging.Id.First;
        shown.IdHigh = region.Staging.Id.Second;
        shown.LengthBytes = (ulong)region.Staging.File.LengthBytes;
        shown.Owner = region.Name;
        socket.Send(buffer.Finish().Span, [file.Number]);
    }

    private static void SendChannel(LocalSocket socket, MessageBuffer buffer, PortChannel channel, ReadOnlyDescriptor file,
        List<PodRegion> regions)
    {
        var shown = buffer.Begin<AttachMessage.Builder>().InitChannel();
        shown.Channel = channel.Id;
        shown.Edge = channel.Edge;
        shown.Port = channel.Producer.Name;
        shown.Peer = channel.Consumer.Name;
        shown.PeerIsSidecar = channel.Consumer is not MediaOperatorEndpoint;
        shown.Capacity = (uint)channel.Capacity;
        socket.Send(buffer.Finish().Span, [file.Number]);
        for (var index = 0; index < channel.Regions.Count; index++)
        {
            var number = regions.IndexOf(channel.Regions[index].Region);
            if (number < 0)
                continue;
            var named = buffer.Begin<AttachMessage.Builder>().InitChannelRegion();
            named.Channel = channel.Id;
            named.Index = (ushort)index;
            named.Region = (uint)number;
            socket.Send(buffer.Finish().Span);
        }
    }
}
