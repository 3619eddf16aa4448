using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.StagingPeer;

/// <summary>What the test hands over in one message: channel, own doorbell, the test's doorbell, region.</summary>
internal sealed class Introduction : IDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private Introduction(AttachConnection connection, MappedMemory channel, MappedMemory ownDoorbell, MappedMemory peerDoorbell,
        MemoryFile region)
    {
        Connection = connection;
        Channel = channel;
        Doorbell = DoorbellWaiter.ByFutex(ownDoorbell, new WaitPolicy(WaitMode.Hybrid, 20));
        Peer = new DoorbellNotifier(peerDoorbell);
        Region = region;
    }

    public AttachConnection Connection { get; }

    public MappedMemory Channel { get; }

    public DoorbellWaiter Doorbell { get; }

    public DoorbellNotifier Peer { get; }

    public MemoryFile Region { get; }

    public static Introduction Receive(string path)
    {
        var connection = AttachConnection.Connect(path, Watchdog);
        if (connection.Receive(Watchdog, out var message) != AttachReceipt.Message)
            throw new InvalidOperationException("no introduction came");
        using (message)
        using (var channel = message!.TakeMemory(0))
        using (var own = message.TakeMemory(1))
        using (var peer = message.TakeMemory(2))
            return new Introduction(connection, ChannelFile.Map(channel), K8sMediaFlow.Staging.Channels.Doorbell.Map(own),
                K8sMediaFlow.Staging.Channels.Doorbell.Map(peer), message.TakeMemory(3));
    }

    /// <summary>Says that the region is mapped, and waits until the test has sealed it.</summary>
    public void SayMapped()
    {
        Connection.Send([1]);
        Connection.Receive(Watchdog, out var message);
        message?.Dispose();
    }

    public void Dispose()
    {
        Doorbell.Dispose();
        Region.Dispose();
        Connection.Dispose();
    }
}
