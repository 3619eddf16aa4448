using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Tests.Channels;

public sealed class ChannelHeaderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-4)]
    [InlineData(1 << 17)]
    [InlineData(int.MinValue)]
    public void A_capacity_that_is_no_power_of_two_in_range_is_refused(int capacity) =>
        Should.Throw<ArgumentOutOfRangeException>(() => ChannelFile.Create(1, capacity));

    [Theory]
    [InlineData(0, "magic")]
    [InlineData(8, "layout version")]
    [InlineData(12, "capacity")]
    [InlineData(15, "capacity")]
    public void A_wrong_field_is_named(int offset, string name)
    {
        var bytes = new byte[24];
        new ChannelHeader(9, new ChannelLayout(8)).Write(bytes);
        ChannelHeader.TryRead(bytes, 1 << 20, out var header, out _).ShouldBeTrue();
        header.ShouldBe(new ChannelHeader(9, new ChannelLayout(8)));
        bytes[offset] ^= 0x80;
        ChannelHeader.TryRead(bytes, 1 << 20, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain(name);
    }

    [Fact]
    public void Memory_too_short_for_its_capacity_is_refused()
    {
        var bytes = new byte[24];
        new ChannelHeader(9, new ChannelLayout(8)).Write(bytes);
        ChannelHeader.TryRead(bytes, 4096 + (8 * 128) + (16 * 16) - 1, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain("needs");
        for (var length = 0; length < 24; length++)
            ChannelHeader.TryRead(bytes.AsSpan(0, length), 1 << 20, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void No_end_maps_a_channel_that_can_be_cut_short()
    {
        using var file = MemoryFile.Create("unsealed-channel", 1 << 16);
        Should.Throw<StagingException>(() => ChannelFile.Map(file)).Error.ShouldBe(StagingError.NotSealed);
        Should.Throw<StagingException>(() => Doorbell.Map(file)).Error.ShouldBe(StagingError.NotSealed);
        using var small = MemoryFile.Create("small-doorbell", 64);
        Should.Throw<StagingException>(() => Doorbell.Map(small)).Error.ShouldBe(StagingError.BadHeader);
    }

    [Fact]
    public void A_channel_cannot_be_resized_by_anyone_who_has_it()
    {
        using var channel = ChannelFile.Create(1, 8);
        using var again = new FileStream($"/proc/self/fd/{channel.File.Descriptor}", FileMode.Open, FileAccess.ReadWrite,
            FileShare.ReadWrite, bufferSize: 0);
        Should.Throw<UnauthorizedAccessException>(() => again.SetLength(0));
        Should.Throw<UnauthorizedAccessException>(() => again.SetLength(1 << 20));
    }
}
