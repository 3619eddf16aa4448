using System.Text;
using K8sMediaFlow.Fabric.Tcp;

namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>What somebody on the way can read of a frame, and what becomes of a frame that somebody changes.</summary>
public sealed class TlsSecrecyTests
{
    private static readonly byte[] s_known = Encoding.ASCII.GetBytes("the payload that nobody on the way may read");

    private readonly TestArea _source = new(1 << 18, 1);
    private readonly TestArea _area = new(1 << 18, 8);

    public TlsSecrecyTests()
    {
        for (var at = 0; at + s_known.Length <= _source.LengthBytes; at += s_known.Length)
            s_known.CopyTo(_source.Bytes[at..]);
    }

    [Fact]
    public void Nothing_of_a_frame_can_be_read_on_the_way()
    {
        var heard = HearAFrame(new IdentifiedFabric(TestIdentities.Both, TestIdentities.Both));
        heard.Length.ShouldBeGreaterThan(200_000);
        heard.AsSpan().IndexOf(s_known).ShouldBe(-1);
        // Not even a piece, nor the header's magic.
        heard.AsSpan().IndexOf(s_known.AsSpan(0, 8)).ShouldBe(-1);
        heard.AsSpan().IndexOf(Magic()).ShouldBe(-1);
    }

    [Fact]
    public void Without_tls_the_same_look_finds_the_frame()
    {
        var heard = HearAFrame(new TcpFabric());
        heard.AsSpan().IndexOf(s_known).ShouldBeGreaterThan(0);
        heard.AsSpan().IndexOf(Magic()).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_frame_that_was_changed_on_the_way_ends_the_connection()
    {
        using var pair = new TappedPair(new IdentifiedFabric(TestIdentities.Both, TestIdentities.Both), _area);
        pair.Send(0, _source.Part(0, 200_000));
        pair.Tap.Spoils = true;
        Should.Throw<FabricException>(() => pair.Send(1, _source.Part(0, 1000))).Error.ShouldBe(FabricError.Corrupted);
        _area.Block(1).IndexOfAnyExcept(TestArea.Untouched).ShouldBe(-1);
    }

    private byte[] HearAFrame(IFabric fabric)
    {
        using var pair = new TappedPair(fabric, _area);
        var landing = pair.Send(3, _source.Part(0, 200_000));
        _area.Block(landing.Slot).Slice(FrameHeaderPrefix.SizeBytes, 200_000).SequenceEqual(_source.Bytes[..200_000]).ShouldBeTrue();
        return pair.Tap.Heard;
    }

    private static byte[] Magic() => BitConverter.GetBytes(FrameHeaderPrefix.Magic);
}
