using System.Text;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Peers;

/// <summary>A second process at the other end of a channel; this side plays the sidecar too.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly LocalListener _listener = new(Path.Combine(Path.GetTempPath(), $"kmf-{Guid.NewGuid():n}.sock"));
    private readonly MemoryFile _ownDoorbell = Staging.Channels.Doorbell.Create("peer-test-doorbell");
    private readonly MemoryFile _peerDoorbell = Staging.Channels.Doorbell.Create("peer-test-doorbell");
    private readonly ChannelFile _channel;
    private readonly Pipe _errors = new();
    private readonly MappedMemory _ownDoorbellMemory;
    private readonly MappedMemory _peerDoorbellMemory;
    private readonly AttachConnection _connection;

    /// <param name="capacity">Of the channel.</param>
    /// <param name="isProducerHere">Then the region is mapped writable here before it is sealed.</param>
    /// <param name="arguments">The peer's verb and figures; the socket is put between.</param>
    public PeerProcess(int capacity, bool isProducerHere, params string[] arguments)
    {
        _channel = ChannelFile.Create(5, capacity);
        Region = StagingRegion.Create("peer-test-region", [new BlockClass(8192, capacity)]);
        Channel = ChannelFile.Map(_channel.File);
        _ownDoorbellMemory = Staging.Channels.Doorbell.Map(_ownDoorbell);
        _peerDoorbellMemory = Staging.Channels.Doorbell.Map(_peerDoorbell);
        Doorbell = DoorbellWaiter.ByFutex(_ownDoorbellMemory, new WaitPolicy(WaitMode.Hybrid, 20));
        Ringer = new DoorbellNotifier(_peerDoorbellMemory);
        if (isProducerHere)
            RegionView = Region.MapForProducer();
        Child = ChildProcess.Start(new()
        {
            File = "dotnet",
            Arguments = [Path.Combine(AppContext.BaseDirectory, "K8sMediaFlow.StagingPeer.dll"), arguments[0], _listener.Path,
                .. arguments[1..]],
            Descriptors = new Dictionary<int, int> { [2] = _errors.WriteEnd.Descriptor },
        });
        _errors.WriteEnd.Dispose();
        _connection = new AttachConnection(_listener.Accept((int)Hang.Bound.TotalMilliseconds)
            ?? throw new TimeoutException("the peer did not come"));
        Introduce();
    }

    public StagingRegion Region { get; }

    public MappedMemory Channel { get; }

    public DoorbellWaiter Doorbell { get; }

    public DoorbellNotifier Ringer { get; }

    public ChildProcess Child { get; }

    /// <summary>Writable where the producer is here, else the reader's.</summary>
    public MappedMemory RegionView { get; private set; } = null!;

    /// <summary>
    /// Waits for the peer's end; the connection's is seen first, since it is the lease. Its last words go to the test's output.
    /// </summary>
    public ChildExit Exit()
    {
        _connection.Receive(Hang.Bound, out _).ShouldBe(AttachReceipt.Closed);
        var exit = Child.Wait(Hang.Bound).ShouldNotBeNull();
        var words = new byte[8192];
        while (_errors.ReadEnd.Read(words, timeoutMs: 1000) is > 0 and var length)
            Console.Write(Encoding.UTF8.GetString(words, 0, length));
        return exit;
    }

    public void Dispose()
    {
        Child.Kill();
        Child.Wait(Hang.Bound);
        RegionView?.Dispose();
        Region.Dispose();
        Channel.Dispose();
        _channel.Dispose();
        Doorbell.Dispose();
        _ownDoorbellMemory.Dispose();
        _peerDoorbellMemory.Dispose();
        _ownDoorbell.Dispose();
        _peerDoorbell.Dispose();
        _connection.Dispose();
        _listener.Dispose();
        _errors.Dispose();
    }

    // The peer says when it has mapped; only then the region is sealed.
    private void Introduce()
    {
        _connection.Send([1], _channel.File.Descriptor, _peerDoorbell.Descriptor, _ownDoorbell.Descriptor, Region.File.Descriptor);
        _connection.Receive(Hang.Bound, out var mapped).ShouldBe(AttachReceipt.Message);
        mapped!.Dispose();
        Region.Seal();
        RegionView ??= Region.MapForReader();
        _connection.Send([2]);
    }
}
