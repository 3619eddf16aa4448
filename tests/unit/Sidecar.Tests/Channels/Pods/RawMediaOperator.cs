using System.Text;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;
using AttachMessage = K8sMediaFlow.Messages.AttachMessage;

namespace K8sMediaFlow.Sidecar.Tests.Channels.Pods;

/// <summary>A process at the attach socket, by hand: it answers as it should and then does what no SDK does. One thread.</summary>
internal sealed class RawMediaOperator : IDisposable
{
    private readonly string _name;
    private readonly AttachConnection _connection;
    private MappedMemory? _own;
    private readonly MessageBuffer _outgoing = new(AttachConnection.MessageBytesMax), _incoming = new(AttachConnection.MessageBytesMax);

    public RawMediaOperator(string socketPath, string name)
    {
        _name = name;
        _connection = AttachConnection.Connect(socketPath, TimeSpan.FromSeconds(20));
    }

    /// <summary>Answers nothing.</summary>
    public bool IsObserver { get; init; }

    /// <summary>What the sidecar sent, in order.</summary>
    public List<AttachMessage.Which> Heard { get; } = [];

    public (AttachMessage.RefusalCode Code, string Reason)? Refusal { get; private set; }

    /// <summary>How it was told to wait.</summary>
    public (AttachMessage.Waiting Mode, uint SpinMicroseconds)? Waiting { get; private set; }

    /// <summary>The sidecar's last word.</summary>
    public string? Violation { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Descriptors that came with regions and channels, own ones apart.</summary>
    public List<MemoryFile> Shown { get; } = [];

    /// <summary>The last channel that came, as its memory and its peer's doorbell are.</summary>
    public ulong Channel { get; private set; }

    /// <summary>All channels that came.</summary>
    public List<RawChannel> Channels { get; } = [];

    /// <summary>What it was told of the regions that channels may name.</summary>
    public List<(ulong Channel, ushort Index, uint Region)> ChannelRegions { get; } = [];

    /// <summary>Numbers and owners of the regions that it was shown.</summary>
    public Dictionary<uint, string> Regions { get; } = [];

    /// <summary>Numbers of regions that are gone.</summary>
    public List<uint> Gone { get; } = [];

    /// <summary>Channels whose other end is gone.</summary>
    public List<ulong> Closed { get; } = [];

    /// <summary>Stops answering with this message, as a process that dies before it.</summary>
    public AttachMessage.Which? SilentAt { get; init; }

    public int Descriptor => _connection.Descriptor;

    /// <summary>The channel's memory, read-write.</summary>
    public MappedMemory? Rings { get; private set; }

    public RegionWriter? Writer { get; private set; }

    public DoorbellNotifier? Peer { get; private set; }

    public RawMediaOperator Attach(int replica, ulong incarnation)
    {
        Hello(PodPlans.TokenOf(_name), replica, incarnation);
        Until(() => IsAnswered);
        return this;
    }

    /// <summary>Its hello has led somewhere: it has its region, or is refused.</summary>
    public bool IsAnswered => Heard.Contains(AttachMessage.Which.Region) || Refusal is not null || IsClosed;

    public RawMediaOperator Hello(string token, int replica = 0, ulong incarnation = 77, ushort protocol = AttachMessage.Protocol,
        AttachMessage.Role role = AttachMessage.Role.MediaOperator)
    {
        var hello = _outgoing.Begin<AttachMessage.Builder>().InitHello();
        (hello.ProtocolLowest, hello.ProtocolHighest, hello.Operator, hello.Replica) = (protocol, protocol, _name, (uint)replica);
        hello.Token = Encoding.UTF8.GetBytes(token);
        (hello.Incarnation, hello.Role) = (incarnation, role);
        Send();
        return this;
    }

    public void Report(ulong channel, string reason)
    {
        var violation = _outgoing.Begin<AttachMessage.Builder>().InitViolation();
        (violation.Channel, violation.Reason) = (channel, reason);
        Send();
    }

    public void SendMapped(uint region)
    {
        _outgoing.Begin<AttachMessage.Builder>().InitRegionMapped().Region = region;
        Send();
    }

    public void SendGoodbye(ulong channel)
    {
        _outgoing.Begin<AttachMessage.Builder>().InitGoodbye().Channel = channel;
        Send();
    }

    /// <summary>Waits until the sidecar has read what was said, and hears what it says to that.</summary>
    public void Settle() => Until(() => IsClosed || RawDatagrams.Unread(_connection.Descriptor) == 0);

    /// <summary>Sends bytes that need not be a message.</summary>
    public void SendBytes(ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> descriptors)
    {
        try
        {
            _connection.Send(bytes, descriptors);
        }
        catch (StagingException)
        {
            // Closed: what the sidecar said before that is still there to be heard.
        }
    }

    /// <summary>Waits for the channel and its peer.</summary>
    public RawMediaOperator AwaitChannel()
    {
        Until(() => Rings is not null);
        return this;
    }

    /// <summary>Listens until the sidecar has closed the connection.</summary>
    public RawMediaOperator AwaitClosed()
    {
        Until(() => IsClosed);
        return this;
    }

    public void Until(Func<bool> condition) => Until(static () => { }, condition);

    /// <summary>Listens until then, and does something meanwhile again and again.</summary>
    public void Until(Action meanwhile, Func<bool> condition) => Watchdog.Until(
        () =>
        {
            meanwhile();
            Listen();
            return condition();
        },
        () => $"{_name} heard {string.Join(", ", Heard)}, refusal {Refusal}, closed {IsClosed}");

    public void Dispose()
    {
        _connection.Dispose();
        Channels.ForEach(channel => channel.Rings.Dispose());
        _own?.Dispose();
        Shown.ForEach(file => file.Dispose());
    }

    private void Listen()
    {
        while (!IsClosed)
        {
            var receipt = _connection.Receive(TimeSpan.FromMilliseconds(1), out var message);
            IsClosed = receipt == AttachReceipt.Closed;
            if (receipt != AttachReceipt.Message)
                return;
            using (message)
                Take(message!);
        }
    }

    private void Take(Staging.Attaching.AttachMessage received)
    {
        received.Bytes.CopyTo(_incoming.Bytes);
        var message = _incoming.Read<AttachMessage.Reader>(received.Bytes.Length);
        Heard.Add(message.Which);
        switch (message.Which)
        {
            case AttachMessage.Which.Refused:
                Refusal = (message.Refused.Code, message.Refused.Reason.ToString());
                break;
            case AttachMessage.Which.Welcome:
                Waiting = (message.Welcome.Waiting, message.Welcome.SpinMicroseconds);
                break;
            case AttachMessage.Which.Violation:
                Violation = message.Violation.Reason.ToString();
                break;
            case AttachMessage.Which.Region:
                Regions[message.Region.Region] = message.Region.Owner.ToString();
                TakeRegion(message.Region.Region, message.Region.IsOwn, received.TakeMemory(0));
                break;
            case AttachMessage.Which.RegionGone:
                Gone.Add(message.RegionGone.Region);
                break;
            case AttachMessage.Which.ChannelClosed:
                Closed.Add(message.ChannelClosed.Channel);
                break;
            case AttachMessage.Which.ChannelRegion when !IsObserver:
                ChannelRegions.Add((message.ChannelRegion.Channel, message.ChannelRegion.Index, message.ChannelRegion.Region));
                if (SilentAt == message.Which)
                    break;
                var ready = _outgoing.Begin<AttachMessage.Builder>().InitChannelRegionReady();
                (ready.Channel, ready.Index, ready.Region) = (message.ChannelRegion.Channel, message.ChannelRegion.Index,
                    message.ChannelRegion.Region);
                Send();
                break;
            case AttachMessage.Which.Channel:
                TakeChannel(message.Channel, received);
                break;
        }
    }

    private void TakeRegion(uint number, bool isOwn, MemoryFile file)
    {
        if (isOwn)
            Writer = new RegionWriter(_own = MappedMemory.Map(file, MemoryAccess.ReadWrite));
        Shown.Add(file);
        if (!IsObserver && (SilentAt != AttachMessage.Which.Region || isOwn))
            SendMapped(number);
    }

    private void TakeChannel(AttachMessage.Channel.Reader channel, Staging.Attaching.AttachMessage received)
    {
        Channel = channel.Channel;
        var file = received.TakeMemory(0);
        Shown.Add(file);
        if (received.DescriptorCount < 2)
            return;
        using var doorbell = received.TakeMemory(1);
        Peer = new DoorbellNotifier(Doorbell.Map(doorbell), received.DescriptorCount > 2 ? received.TakeEvent(2) : null);
        Rings = ChannelFile.Map(file);
        Channels.Add(new RawChannel(channel.Channel, channel.IsProducer, channel.Edge.ToString(), channel.Peer.ToString(), Rings, Peer));
        if (SilentAt == AttachMessage.Which.Channel)
            return;
        _outgoing.Begin<AttachMessage.Builder>().InitChannelReady().Channel = Channel;
        Send();
    }

    private void Send() => SendBytes(_outgoing.Finish().Span);
}

/// <summary>A channel that a raw operator was given.</summary>
internal sealed record RawChannel(ulong Id, bool IsProducer, string Edge, string Peer, MappedMemory Rings, DoorbellNotifier Doorbell);
