using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests.Verbs;

/// <summary>How a frame becomes work requests.</summary>
public class FrameGatherTests
{
    [Fact]
    public void A_frame_that_fits_is_one_signaled_write_with_immediate()
    {
        var gather = new FrameGather(partsPerWorkMax: 7, messageBytesMax: 1 << 30);
        gather.Begin(0x1000, 5);
        gather.Add(0x10, 256, 1);
        gather.Add(0x20, 0, 1);
        gather.Add(0x30, 100, 2);
        gather.End(id: 9, immediate: 0x0102);
        gather.Works.ToArray().ShouldBe([new SendWork(9, SendKind.WriteWithImmediate, IsSignaled: true, 0x0102, 0x1000, 5, PartCount: 2)]);
        gather.Parts.ToArray().ShouldBe([new MemoryPiece(0x10, 256, 1), new MemoryPiece(0x30, 100, 2)]);
    }

    [Fact]
    public void However_it_is_cut_every_byte_goes_once_to_its_place_and_only_the_last_write_is_heard_of()
    {
        var random = new Random(Seed.Take(nameof(However_it_is_cut_every_byte_goes_once_to_its_place_and_only_the_last_write_is_heard_of)));
        for (var turn = 0; turn < 2000; turn++)
        {
            var lengths = Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(500)).ToArray();
            var messageMax = (uint)random.Next(200, 2000);
            var gather = new FrameGather(random.Next(1, 8), messageMax);
            gather.Fits(lengths.Sum()).ShouldBeTrue();
            gather.Begin(1_000_000, 5);
            for (var index = 0; index < lengths.Length; index++)
                gather.Add(10_000 * (index + 1), lengths[index], (uint)index);
            gather.End(id: 1, immediate: 77);
            Places(gather, messageMax).ShouldBe(Wanted(lengths));
            gather.Works[^1].ShouldSatisfyAllConditions(last => last.IsSignaled.ShouldBeTrue(), last => last.Immediate.ShouldBe(77u),
                last => last.Kind.ShouldBe(SendKind.WriteWithImmediate));
            gather.Works[..^1].ToArray().ShouldAllBe(work => !work.IsSignaled && work.Kind == SendKind.Write);
        }
    }

    [Fact]
    public void What_no_send_queue_has_room_for_is_known_beforehand()
    {
        new FrameGather(7, 8 << 20).Fits(64L << 20).ShouldBeTrue();
        new FrameGather(7, 8 << 20).Fits(64L * (8 << 20)).ShouldBeFalse();
    }

    /// <summary>For each byte in the order of the works: where it comes from and where it goes.</summary>
    private static List<(nint From, ulong To, uint Key)> Places(FrameGather gather, uint messageMax)
    {
        var places = new List<(nint, ulong, uint)>();
        var part = 0;
        foreach (var work in gather.Works)
        {
            var to = work.RemoteAddress;
            for (var count = 0; count < work.PartCount; count++, part++)
            {
                var piece = gather.Parts[part];
                for (var at = 0; at < piece.LengthBytes; at++)
                    places.Add((piece.Address + at, to++, piece.LocalKey));
            }
            (to - work.RemoteAddress).ShouldBeLessThanOrEqualTo(messageMax);
        }
        part.ShouldBe(gather.Parts.Length);
        return places;
    }

    private static List<(nint From, ulong To, uint Key)> Wanted(int[] lengths)
    {
        var places = new List<(nint, ulong, uint)>();
        for (var index = 0; index < lengths.Length; index++)
        {
            for (var at = 0; at < lengths[index]; at++)
                places.Add((10_000 * (index + 1) + at, 1_000_000ul + (ulong)places.Count, (uint)index));
        }
        return places;
    }
}
