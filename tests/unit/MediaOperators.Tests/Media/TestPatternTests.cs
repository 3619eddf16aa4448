using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.Media;

public class TestPatternTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(4608)]
    [InlineData(4613)]
    public void A_pattern_is_recognised(int lengthBytes)
    {
        var payload = new byte[lengthBytes];
        TestPattern.Fill(payload, 42);
        TestPattern.FirstDifference(payload, 42).ShouldBe(-1);
    }

    [Fact]
    public void Any_changed_byte_is_found()
    {
        var random = new Random(Seed.Take(nameof(Any_changed_byte_is_found)));
        for (var round = 0; round < 200; round++)
        {
            var payload = new byte[random.Next(1, 500)];
            var sequence = (ulong)random.NextInt64(1, long.MaxValue);
            TestPattern.Fill(payload, sequence);
            var at = random.Next(payload.Length);
            payload[at] ^= (byte)random.Next(1, 256);
            TestPattern.FirstDifference(payload, sequence).ShouldBe(at / 8 * 8);
        }
    }

    [Fact]
    public void A_frame_with_the_rest_of_another_is_found_where_it_is_torn()
    {
        var (first, second) = (new byte[800], new byte[800]);
        TestPattern.Fill(first, 7);
        TestPattern.Fill(second, 8);
        second.AsSpan(400).CopyTo(first.AsSpan(400));
        TestPattern.FirstDifference(first, 7).ShouldBe(400);
    }
}
