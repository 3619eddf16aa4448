using System.CommandLine;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>scale: another size, another pixel format.</summary>
internal static class ScaleCommand
{
    private static readonly TimeSpan _stallPatience = TimeSpan.FromSeconds(60);

    private static readonly Option<int?> _width = new("--width")
    {
        Description = "As the output port declares it; may be left out.",
        HelpName = "PIXELS",
    };
    private static readonly Option<int?> _height = new("--height")
    {
        Description = "As the output port declares it; may be left out.",
        HelpName = "LINES",
    };

    public static Command Build()
    {
        var command = new Command("scale", "Scales pictures to the size, and converts them to the pixel format, of its output port.")
        {
            _width, _height,
        };
        command.SetAction((line, _) => CommandHost.RunAsync("scale",
            media => RunAsync(media, line.GetValue(_width), line.GetValue(_height))));
        return command;
    }

    private static async Task RunAsync(MediaOperator media, int? width, int? height)
    {
        var ports = Ports.Of(media).Filter();
        var (input, output) = (media.Inputs[ports.Input], media.Outputs[ports.Output]);
        var source = ((VideoCaps)input.Caps!).Shape().WithKnownRate(input.Name);
        var target = ((VideoCaps)output.Caps!).Shape().WithKnownRate(output.Name);
        if ((width ?? target.Width) != target.Width || (height ?? target.Height) != target.Height)
            throw new MediaException($"--width and --height ask for {width ?? target.Width}x{height ?? target.Height}, "
                + $"but port '{output.Name}' declares {target.SizeText}");
        if (!source.Rate.IsAlmost(target.Rate))
            throw new MediaException(
                $"port '{input.Name}' has {source.Rate} frames/s, but port '{output.Name}' declares {target.Rate}: scale changes no rate");
        var program = new BridgedProgram("ffmpeg", FFmpegArguments.Scale(source, target), _stallPatience, FFmpegProcess.Environment);
        using var bridge = new RawBridge(program, input, output);
        await bridge.RunAsync(media.Stopping);
    }
}
