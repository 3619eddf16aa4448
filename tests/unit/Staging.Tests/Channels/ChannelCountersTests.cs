using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Tests.Channels;

public sealed class ChannelCountersTests : IDisposable
{
    private readonly TestChannel _channel = new(4);

    public void Dispose() => _channel.Dispose();

    [Theory]
    [InlineData(0ul, 0)]
    [InlineData(1ul, 0)]
    [InlineData(2ul, 2)]
    [InlineData(3ul, 3)]
    [InlineData(4ul, 4)]
    [InlineData(6ul, 5)]
    [InlineData(1024ul, 20)]
    [InlineData(1536ul, 21)]
    [InlineData(ulong.MaxValue, 127)]
    public void A_latency_falls_into_one_of_two_buckets_an_octave(ulong nanoseconds, int bucket) =>
        ChannelCounters.BucketOf(nanoseconds).ShouldBe(bucket);

    [Fact]
    public void What_the_consumer_counts_an_observer_reads()
    {
        _channel.Consumer.Counters.AddFrame(100, 1000);
        _channel.Consumer.Counters.AddFrame(200, -5);
        _channel.Consumer.Counters.AddGaps(3);
        _channel.Consumer.Counters.AddDuplicate();
        var figures = _channel.Observer.Statistics;
        (figures.Frames, figures.Bytes, figures.Gaps, figures.Duplicates, figures.LatencySumNanoseconds)
            .ShouldBe((2ul, 300ul, 3ul, 1ul, 1000ul));
        BitConverter.ToUInt64(_channel.Raw[512..]).ShouldBe(2ul);
        BitConverter.ToUInt64(_channel.Raw[(576 + (8 * 19))..]).ShouldBe(1ul);
    }

    [Fact]
    public void Parts_stand_where_the_wire_document_says()
    {
        _channel.Consumer.Counters.AddPart(LatencyPart.Queue, 5);
        _channel.Consumer.Counters.AddPart(LatencyPart.WakeUp, 1 << 20);
        _channel.Consumer.Counters.AddPart(LatencyPart.Processing, long.MaxValue);
        _channel.Consumer.Counters.AddPart(LatencyPart.Processing, -1);
        var parts = _channel.Observer.Statistics.Parts;
        parts.Select(part => part.SumNanoseconds).ShouldBe([5ul, 1ul << 20, long.MaxValue]);
        parts.Select(part => part.Count).ShouldBe([1ul, 1, 2]);
        (BitConverter.ToUInt64(_channel.Raw[1600..]), BitConverter.ToUInt64(_channel.Raw[1608..])).ShouldBe((5ul, 1ul << 20));
        (BitConverter.ToUInt64(_channel.Raw[(1664 + (8 * 2))..]), BitConverter.ToUInt64(_channel.Raw[(1664 + (8 * (64 + 20)))..]),
            BitConverter.ToUInt64(_channel.Raw[(1664 + (8 * (128 + 62)))..])).ShouldBe((1ul, 1ul, 1ul));
    }

    [Fact]
    public void A_percentile_is_the_upper_end_of_its_bucket()
    {
        for (var count = 0; count < 99; count++)
            _channel.Consumer.Counters.AddFrame(1, 1100);
        _channel.Consumer.Counters.AddFrame(1, 70_000);
        var figures = _channel.Observer.Statistics;
        figures.PercentileNanoseconds(0.5).ShouldBe(1536);
        figures.PercentileNanoseconds(0.99).ShouldBe(1536);
        figures.PercentileNanoseconds(1).ShouldBe(98_304);
        new ChannelStatistics(0, 0, 0, 0, 0, new ulong[128]).PercentileNanoseconds(0.5).ShouldBe(0);
    }

    [Fact]
    public void An_observer_sees_positions_and_the_latest_cells()
    {
        for (var sequence = 1ul; sequence <= 3; sequence++)
            _channel.Push(sequence);
        _channel.Consumer.Return(_channel.Pop().Ticket, ReturnKind.Both);
        _channel.Observer.Positions.ShouldBe(new ChannelPositions(3, 1, 1, 0));
        _channel.Observer.TryRead(3, out var latest).ShouldBeTrue();
        latest.Sequence.ShouldBe(3ul);
        _channel.Observer.TryRead(4, out _).ShouldBeFalse();
        _channel.Observer.TryRead(0, out _).ShouldBeFalse();
    }

    [Fact]
    public void An_observer_counts_what_the_consumer_has_taken_and_not_given_back_over_many_rounds_of_the_ring()
    {
        for (var round = 0ul; round < 5; round++)
        {
            for (var sequence = 1ul; sequence <= 4; sequence++)
                _channel.Push(sequence);
            _channel.Observer.CountHeld().ShouldBe(0, "nothing is taken");
            for (var count = 0; count < 4; count++)
                _channel.Pop();
            _channel.Observer.CountHeld().ShouldBe(4);
            _channel.Consumer.Return((round * 4) + 3, ReturnKind.Both);
            _channel.Consumer.Return((round * 4) + 1, ReturnKind.Returned);
            _channel.Observer.CountHeld().ShouldBe(2);
            _channel.Consumer.Return((round * 4) + 1, ReturnKind.Done);
            _channel.Observer.CountHeld().ShouldBe(2, "it is given back already");
            _channel.Consumer.Return((round * 4) + 2, ReturnKind.Both);
            _channel.Consumer.Return((round * 4) + 4, ReturnKind.Both);
            _channel.Observer.CountHeld().ShouldBe(0);
            while (_channel.Producer.TryPopReturn(out _))
            {
            }
        }
        _channel.WriteWord(128, ulong.MaxValue);
        _channel.WriteWord(192, ulong.MaxValue);
        _channel.Observer.CountHeld().ShouldBeInRange(0, 4, "positions may be anything");
    }
}
