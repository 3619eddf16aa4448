using System.Text;
using K8sMediaFlow.MediaOperators.Bridging;

namespace K8sMediaFlow.MediaOperators.Tests.FFmpeg;

public class StderrTailTests
{
    [Fact]
    public void Only_the_last_lines_are_kept()
    {
        var tail = new StderrTail();
        for (var line = 1; line <= 100; line++)
            tail.Append(Encoding.UTF8.GetBytes($"line {line}\n"));
        tail.LineCount.ShouldBe(100);
        tail.ToString().ShouldStartWith("line 81; ");
        tail.ToString().ShouldEndWith("; line 100");
    }

    [Fact]
    public void A_letter_may_arrive_in_two_pieces_and_the_last_line_unended()
    {
        var bytes = Encoding.UTF8.GetBytes("größer\r\n\nals 1 MiB");
        var tail = new StderrTail();
        foreach (var one in bytes)
            tail.Append([one]);
        tail.ToString().ShouldBe("größer; als 1 MiB");
    }

    [Fact]
    public void An_endless_line_does_not_grow()
    {
        var tail = new StderrTail();
        var noise = new byte[100_000];
        noise.AsSpan().Fill((byte)'x');
        tail.Append(noise);
        tail.ToString().Length.ShouldBe(500);
    }
}
