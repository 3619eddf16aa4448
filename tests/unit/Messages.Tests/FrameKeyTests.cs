using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Messages.Tests;

/// <summary>One field of a frame's metadata as a number.</summary>
public sealed class FrameKeyTests : IDisposable
{
    private static readonly byte[] Field = Encoding.UTF8.GetBytes("track");

    private readonly GuardedMemory _envelope = new(4096);
    private readonly FrameMetadata _metadata = new();

    public void Dispose() => _envelope.Dispose();

    [Fact]
    public void Equal_values_have_equal_keys_whatever_else_the_frame_carries()
    {
        var alone = KeyOf(metadata => metadata.Set("track", 17));
        KeyOf(metadata =>
        {
            metadata.Set("score", 0.25);
            metadata.Set("track", 17);
            metadata.Set("camera", "north");
        }).ShouldBe(alone);
    }

    [Fact]
    public void Unequal_values_and_kinds_have_keys_of_their_own()
    {
        Action<FrameMetadata>[] values =
        [
            metadata => metadata.Set("track", 0), metadata => metadata.Set("track", 1), metadata => metadata.Set("track", long.MinValue),
            metadata => metadata.Set("track", false), metadata => metadata.Set("track", true), metadata => metadata.Set("track", ""),
            metadata => metadata.Set("track", "1"), metadata => metadata.Set("track", "left"),
            metadata => metadata.Set("track", "left"u8), metadata => metadata.Set("track", default(ReadOnlySpan<byte>)),
            metadata => metadata.Set("track", "\0"), metadata => metadata.Set("track", "\0\0"),
        ];
        var keys = values.Select(KeyOf).ToList();
        keys.ShouldBeUnique();
        keys.ShouldNotContain(FrameKey.None);
    }

    [Fact]
    public void The_key_of_a_value_is_the_same_in_every_release()
    {
        KeyOf(metadata => metadata.Set("track", 17)).ShouldBe(6_701_543_497UL);
        KeyOf(metadata => metadata.Set("track", "left")).ShouldBe(20_537_987_589UL);
    }

    [Fact]
    public void A_frame_without_the_field_has_no_key_and_neither_has_one_whose_value_cannot_be_one()
    {
        KeyOf(static _ => { }).ShouldBe(FrameKey.None);
        KeyOf(metadata => metadata.Set("other", 1)).ShouldBe(FrameKey.None);
        KeyOf(metadata => metadata.Set("track", 0.5)).ShouldBe(FrameKey.None);
    }

    [Fact]
    public void Whatever_bytes_there_are_a_key_comes_of_them_and_no_exception()
    {
        var length = Write(metadata => metadata.Set("track", "left"));
        var random = new Random(Seed.Take(nameof(FrameKeyTests)));
        for (var round = 0; round < 20_000; round++)
        {
            var envelope = _envelope.Span[..length];
            var kept = envelope.ToArray();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
                envelope[random.Next(length)] = (byte)random.Next(256);
            _ = FrameKey.Of(envelope[..(random.Next(length / 8 + 1) * 8)], Field);
            kept.CopyTo(envelope);
        }
    }

    private ulong KeyOf(Action<FrameMetadata> set) => FrameKey.Of(_envelope.Span[..Write(set)], Field);

    private int Write(Action<FrameMetadata> set)
    {
        _metadata.Clear();
        set(_metadata);
        return FrameEnvelope.Write(_envelope.Span, SampleFrames.Video(), 1920 * 1080 * 3 / 2, 0, _metadata);
    }
}
