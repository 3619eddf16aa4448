using K8sMediaFlow.MediaOperators.Drawing;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Tests.Drawing;

public class OverlayTextTests
{
    [Theory]
    [InlineData("score", "score 0.123 #42")]
    [InlineData("whole", "whole 7.000 #42")]
    [InlineData("Camera 1", "Camera 1 #42")]
    [InlineData("", "#42")]
    public void A_text_that_names_a_number_is_followed_by_it(string text, string line)
    {
        var metadata = new FrameMetadata();
        metadata.Set("score", 0.1234);
        metadata.Set("whole", 7L);
        Write(text, metadata).ShouldBe(line);
    }

    [Fact]
    public void A_long_text_is_cut() => Write(new string('x', 1000), new FrameMetadata()).ShouldBe(new string('x', 100) + " #42");

    private static string Write(string text, FrameMetadata metadata)
    {
        Span<char> line = stackalloc char[OverlayText.CharsMax];
        return line[..OverlayText.Write(line, text, metadata, 42)].ToString();
    }
}
