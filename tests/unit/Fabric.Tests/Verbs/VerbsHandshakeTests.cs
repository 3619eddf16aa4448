using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests.Verbs;

/// <summary>The bytes of proposals and offers, which come from a peer.</summary>
public class VerbsHandshakeTests
{
    private static VerbsOfferPayload Sample(params uint[] further) => new(
        new QueuePairInfo(4096, [0x00ABCDEF, .. further], 0x00FEDCBA, QueuePairInfo.NewNonce(),
            [.. Enumerable.Range(0, 16).Select(one => (byte)one)]), 7, 0xDEADBEEF, 0x7F00_1234_5678_9000, 1ul << 40);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void An_offer_is_read_as_it_was_written(int further)
    {
        var sample = Sample([.. Enumerable.Range(1, further).Select(one => (uint)one)]);
        var read = VerbsOfferPayload.Read(sample.ToBytes());
        (read with { Card = sample.Card }).ShouldBe(sample);
        (read.Card with { Nonce = sample.Card.Nonce, Gid = sample.Card.Gid, Numbers = sample.Card.Numbers }).ShouldBe(sample.Card);
        read.Card.Nonce.ShouldBe(sample.Card.Nonce);
        read.Card.Gid.ShouldBe(sample.Card.Gid);
        read.Card.Numbers.ShouldBe(sample.Card.Numbers);
        sample.ToBytes().Length.ShouldBeLessThanOrEqualTo(256);
    }

    [Fact]
    public void What_is_cut_short_or_of_another_version_is_refused()
    {
        var bytes = Sample().ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Should.Throw<FabricException>(() => VerbsOfferPayload.Read(bytes.AsSpan(0, length))).Error.ShouldBe(FabricError.Incompatible);
        Should.Throw<FabricException>(() => VerbsOfferPayload.Read([.. bytes, 0])).Error.ShouldBe(FabricError.Incompatible);
        bytes[0] = 1;
        Should.Throw<FabricException>(() => VerbsOfferPayload.Read(bytes)).Error.ShouldBe(FabricError.Incompatible);
    }

    [Fact]
    public void Numbers_that_no_device_has_are_refused()
    {
        Refused(offset: 2, 0).ShouldBeTrue();
        Refused(offset: 3, 0xFF).ShouldBeTrue();
        Refused(offset: 7, 1).ShouldBeTrue();
        Refused(offset: 11, 1).ShouldBeTrue();
        Refused(offset: 1, 0).ShouldBeTrue();
        Refused(offset: 1, 9).ShouldBeTrue();
        Refused(offset: 40, 0x55).ShouldBeFalse();
    }

    [Fact]
    public void Noise_is_read_or_refused_and_nothing_else()
    {
        var random = new Random(Seed.Take(nameof(Noise_is_read_or_refused_and_nothing_else)));
        for (var turn = 0; turn < 5000; turn++)
        {
            var bytes = Sample(1, 2, 3).ToBytes();
            for (var hits = random.Next(1, 9); hits > 0; hits--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                VerbsOfferPayload.Read(bytes).Card.MtuBytes.ShouldBeInRange(256, 4096);
            }
            catch (FabricException refused)
            {
                refused.Error.ShouldBe(FabricError.Incompatible);
            }
        }
    }

    private static bool Refused(int offset, byte value)
    {
        var bytes = Sample().ToBytes();
        bytes[offset] = value;
        if (offset == 2)
            bytes[3] = value;
        try
        {
            VerbsOfferPayload.Read(bytes);
            return false;
        }
        catch (FabricException)
        {
            return true;
        }
    }
}
