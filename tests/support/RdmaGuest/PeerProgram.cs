using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>
/// The other end of a connection in a process of its own, so that it can be killed. It speaks with its parent by lines: a sender says its
/// proposal, hears the offer, and then hears the slots that it may write into; a receiver hears the proposal, says its offer, and then says
/// the slots that are granted again.
/// </summary>
internal static class PeerProgram
{
    public const int BlockBytes = 1 << 18, BlockCount = 8;
    private const string SendVerb = "--peer-sends", ReceiveVerb = "--peer-receives";

    public static string Verb(bool sends) => sends ? SendVerb : ReceiveVerb;

    /// <summary>Runs until it is killed or its parent is silent; false where the arguments are none of its own.</summary>
    public static bool TryRun(string[] arguments)
    {
        switch (arguments)
        {
            case [SendVerb]:
                Send();
                return true;
            case [ReceiveVerb]:
                Receive();
                return true;
            default:
                return false;
        }
    }

    public static TestFrame Frame(TestArea source, uint slot, ulong number) =>
        TestFrame.Of(FabricPair.Epoch, slot, number, source.Part(0, BlockBytes - FrameHeaderPrefix.SizeBytes));

    private static void Send()
    {
        using var fabric = new CableFabric();
        var source = new TestArea(BlockBytes, 1);
        using var registration = fabric.Register(source.Address, source.LengthBytes);
        using var proposal = fabric.Propose(FabricOptions.Default);
        Say(proposal.Bytes);
        using var sender = proposal.Connect(Convert.FromHexString(Hear()), FabricPair.Watchdog);
        var tags = new ulong[BlockCount];
        for (var number = 0ul; Console.ReadLine() is { } slot; number++)
        {
            var frame = Frame(source, uint.Parse(slot), number);
            sender.Write(frame.Slot, frame.Slot * (long)BlockBytes, BlockBytes, frame.Header, frame.Segments, number);
            // Several are under way at any time: nothing here waits for one.
            sender.Poll(tags, TimeSpan.Zero);
        }
    }

    private static void Receive()
    {
        using var fabric = new CableFabric();
        var area = new TestArea(BlockBytes, BlockCount);
        using var listener = fabric.Listen(System.Net.IPAddress.Any, 0, FabricOptions.Default);
        using var offer = listener.Open(FabricPair.Epoch, Convert.FromHexString(Hear()), area.Address, area.LengthBytes);
        Say(offer.Bytes);
        using var receiver = offer.Accept(FabricPair.Watchdog);
        for (var slot = 0u; slot < BlockCount; slot++)
            Grant(slot);
        while (true)
        {
            if (receiver.TryReceive(out var landing, FabricPair.Watchdog))
                Grant(landing.Slot);
        }

        void Grant(uint slot)
        {
            receiver.Grant(slot, area.Offset(slot), BlockBytes);
            Console.WriteLine(slot);
        }
    }

    private static string Hear() => Console.ReadLine() ?? throw new EndOfStreamException("the parent says nothing");

    private static void Say(ReadOnlyMemory<byte> bytes) => Console.WriteLine(Convert.ToHexString(bytes.Span));
}
