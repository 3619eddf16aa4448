using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Attaching;
using Message = K8sMediaFlow.Messages.AttachMessage;
using Datagram = K8sMediaFlow.Staging.Attaching.AttachMessage;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>
/// What one sidecar shows an observer: its regions and channels as they are at that moment. The memory stays mapped, so it can be looked
/// at again and again; what is made later is not seen.
/// </summary>
internal sealed class ObservedPod : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Dictionary<uint, ObservedRegion> _regions = [];
    private readonly Dictionary<ulong, ObservedChannel> _channels = [];
    private readonly MessageBuffer _buffer = new(AttachConnection.MessageBytesMax);

    private ObservedPod(string name) => Name = name;

    public string Name { get; }

    public IReadOnlyCollection<ObservedRegion> Regions => _regions.Values;

    public IReadOnlyCollection<ObservedChannel> Channels => _channels.Values;

    /// <exception cref="RunException">The sidecar does not answer, refuses, or shows what is no region or channel.</exception>
    public static ObservedPod Attach(RunPod pod)
    {
        var observed = new ObservedPod(pod.Name);
        try
        {
            using var connection = AttachConnection.Connect(pod.SocketPath, Patience);
            observed.Greet(connection, File.ReadAllBytes(pod.ObserverTokenFile));
            while (observed.Receive(connection))
            {
            }

            return observed;
        }
        catch (Exception error) when (error is StagingException or CapnProtoException or NativeException or IOException)
        {
            observed.Dispose();
            throw new RunException($"pod {pod.Name}: {error.Message}", error);
        }
        catch
        {
            observed.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
            channel.Dispose();
        foreach (var region in _regions.Values)
            region.Dispose();
    }

    private void Greet(AttachConnection connection, ReadOnlySpan<byte> token)
    {
        var hello = _buffer.Begin<Message.Builder>().InitHello();
        (hello.ProtocolLowest, hello.ProtocolHighest) = (Message.ProtocolOldest, Message.Protocol);
        hello.Operator = "observer";
        hello.Token = token;
        (hello.Role, hello.ProcessId) = (Message.Role.Observer, Environment.ProcessId);
        connection.Send(_buffer.Finish().Span);
    }

    private bool Receive(AttachConnection connection)
    {
        var receipt = connection.Receive(Patience, out var datagram);
        if (receipt == AttachReceipt.TimedOut)
            throw new RunException($"pod {Name}: the sidecar does not answer");
        using (datagram)
        {
            if (datagram is not null)
                Take(datagram);
        }

        return receipt == AttachReceipt.Message;
    }

    private void Take(Datagram datagram)
    {
        var message = _buffer.Read<Message.Reader>(datagram.Bytes);
        switch (message.Which)
        {
            case Message.Which.Region:
                Add(message.Region, datagram);
                break;
            case Message.Which.Channel:
                Add(message.Channel, datagram);
                break;
            case Message.Which.ChannelRegion:
                Join(message.ChannelRegion);
                break;
            case Message.Which.Refused:
                throw new RunException($"pod {Name} refuses: {message.Refused.Reason.ToString()} ({message.Refused.Code})");
            default:
                throw new RunException($"pod {Name} says {message.Which} to an observer");
        }
    }

    private void Add(Message.Region.Reader shown, Datagram datagram)
    {
        using var file = datagram.TakeMemory(0);
        var region = ObservedRegion.Map(shown.Region, shown.Owner.ToString(), file);
        if (!_regions.TryAdd(region.Number, region))
            region.Dispose();
    }

    private void Add(Message.Channel.Reader shown, Datagram datagram)
    {
        using var file = datagram.TakeMemory(0);
        var channel = ObservedChannel.Map(
            shown.Channel, shown.Edge.ToString(), shown.Port.ToString(), shown.Peer.ToString(), shown.PeerIsSidecar, file);
        if (!_channels.TryAdd(channel.Id, channel))
            channel.Dispose();
    }

    private void Join(Message.ChannelRegion.Reader shown)
    {
        if (_channels.TryGetValue(shown.Channel, out var channel) && _regions.TryGetValue(shown.Region, out var region))
            channel.Regions.Set(shown.Index, region.Reader);
    }
}
