using K8sMediaFlow.MediaOperators.Drawing;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Tests.Drawing;

public class TextPainterTests
{
    [Theory]
    [InlineData("yuv420p")]
    [InlineData("yuv422p")]
    [InlineData("yuv444p")]
    [InlineData("nv12")]
    [InlineData("gray")]
    [InlineData("rgb24")]
    [InlineData("rgba")]
    [InlineData("bgr24")]
    [InlineData("bgra")]
    [InlineData("yuv420p10le")]
    public void Text_changes_the_picture_in_every_format(string format)
    {
        var shape = new VideoShape(64, 48, format, new FrameRate(30, 1));
        var payload = new byte[shape.FrameBytes];
        payload.AsSpan().Fill(77);
        TextPainter.Paint(new Canvas(shape, payload), "ab");
        payload.ShouldContain(value => value != 77);
        payload[^1].ShouldBe((byte)77);
    }

    [Fact]
    public void Every_letter_has_its_own_shape()
    {
        var shapes = new HashSet<string>();
        for (var letter = '!'; letter <= '~'; letter++)
        {
            var drawn = "";
            for (var cell = 0; cell < 64; cell++)
                drawn += BitmapFont.IsSet(letter, cell % 8, cell / 8) ? '#' : '.';
            drawn.ShouldContain("#");
            shapes.Add(drawn).ShouldBeTrue($"'{letter}' looks like another letter");
        }
    }

    [Fact]
    public void A_text_that_does_not_fit_is_cut_and_what_is_not_ascii_is_a_box()
    {
        var shape = new VideoShape(20, 16, "gray", new FrameRate(30, 1));
        var payload = new byte[shape.FrameBytes];
        TextPainter.Paint(new Canvas(shape, payload), "a text far too long ü 漢");
        payload.ShouldContain((byte)235);
        BitmapFont.IsSet('ü', 1, 0).ShouldBeTrue();
        BitmapFont.IsSet('漢', 1, 0).ShouldBeTrue();
    }

    [Fact]
    public void A_rectangle_outside_the_picture_changes_nothing()
    {
        var shape = new VideoShape(16, 16, "yuv420p", new FrameRate(30, 1));
        var payload = new byte[shape.FrameBytes];
        var canvas = new Canvas(shape, payload);
        canvas.Fill(-10, -10, 5, 5, 255);
        canvas.Fill(16, 0, 5, 5, 255);
        canvas.Fill(0, 0, 0, 5, 255);
        payload.ShouldAllBe(value => value == 0);
        canvas.Fill(-10, -10, 100, 100, 255);
        payload.ShouldAllBe(value => value == 235 || value == 128);
    }
}
