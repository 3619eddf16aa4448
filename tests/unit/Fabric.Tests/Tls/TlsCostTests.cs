namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>What a frame costs with TLS, and how long one key lasts.</summary>
public sealed class TlsCostTests() : StreamCostConformance(new IdentifiedFabric(TestIdentities.Both, TestIdentities.Both))
{
    [Fact]
    public void A_small_frame_is_one_record_and_one_call()
    {
        using var pair = Pair(FabricOptions.Default with { TlsRecordsMax = 10 });
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 1000), _source.Part(1, 999), _source.Part(5, 30));
        var calls = ((Tcp.TcpSender)pair.Sender).TransferCalls;
        for (var count = 1; count <= 10; count++)
        {
            pair.Sender.IsKeyUsedUp.ShouldBeFalse();
            MoveOne(pair, frame);
        }
        (((Tcp.TcpSender)pair.Sender).TransferCalls - calls).ShouldBe(10);
        pair.Sender.IsKeyUsedUp.ShouldBeTrue();
    }

    [Fact]
    public void A_key_that_is_used_up_still_encrypts()
    {
        using var pair = Pair(FabricOptions.Default with { TlsRecordsMax = 1 });
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 100_000));
        for (var count = 0; count < 5; count++)
            MoveOne(pair, frame);
        pair.Sender.IsKeyUsedUp.ShouldBeTrue();
    }

    [Fact]
    public void Without_tls_no_key_is_used_up()
    {
        using var pair = new FabricPair(new Tcp.TcpFabric(), _area, FabricOptions.Default with { TlsRecordsMax = 0 });
        pair.Sender.IsKeyUsedUp.ShouldBeFalse();
    }
}
