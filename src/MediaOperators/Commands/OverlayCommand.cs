using System.CommandLine;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Drawing;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>overlay: writes a text, a metadata value and the frame's number into the picture.</summary>
internal static class OverlayCommand
{
    private static readonly Option<string> _text = new("--text")
    {
        Description = "What to write. If it is the name of a metadata number, its value follows it.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    public static Command Build()
    {
        var command = new Command("overlay", "Writes a text and the frame's number into every picture.") { _text };
        command.SetAction((line, _) => CommandHost.RunAsync("overlay", media => RunAsync(media, line.GetValue(_text)!)));
        return command;
    }

    private static async Task RunAsync(MediaOperator media, string text)
    {
        var ports = Ports.Of(media).Filter();
        var (input, output) = (media.Inputs[ports.Input], media.Outputs[ports.Output]);
        var shape = ((VideoCaps)input.Caps!).Shape();
        // A thread of its own: with one input and one output there is nothing else to do while either waits, and no hand-over to a pool.
        using var threads = new PortThreads(media.Stopping);
        threads.Start("overlay", stopping => Overlay(shape, input, output, text, stopping));
        await threads.WhenAllAsync();
    }

    private static void Overlay(VideoShape shape, FrameInput input, FrameOutput output, string text, CancellationToken stopping)
    {
        // What was received is answered, however late: given back without an answer it would be a gap.
        while (input.Receive(stopping) is { } frame)
        {
            using (frame)
            using (var loan = output.Loan(frame.Payload.Length, CancellationToken.None))
                Overlay(shape, frame, loan, text);
        }
    }

    private static void Overlay(VideoShape shape, Frame frame, FrameLoan loan, string text)
    {
        if (frame.Payload.Length != shape.FrameBytes)
            throw new MediaException($"frame {frame.Identity} has {frame.Payload.Length} bytes, which does not fit {shape}");
        frame.Payload.CopyTo(loan.Payload);
        Span<char> line = stackalloc char[OverlayText.CharsMax];
        TextPainter.Paint(new Canvas(shape, loan.Payload), line[..OverlayText.Write(line, text, frame.Metadata, frame.Sequence)]);
        loan.Metadata.SetAll(frame.Metadata);
        loan.Send(frame);
    }
}
