using System.CommandLine;
using K8sMediaFlow.MediaOperators.Analysis;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>analyse: adds motion, scene change and brightness to every frame; the payload stays where it is.</summary>
internal static class AnalyseCommand
{
    public static Command Build()
    {
        var command = new Command("analyse",
            "Adds score, motion_score, scene_change_score, luma_histogram and compared_with to the metadata of "
            + "every frame, without copying its pixels. Of several replicas each compares with the frame that it saw before.");
        command.SetAction((_, _) => CommandHost.RunAsync("analyse", media => RunAsync(media)));
        return command;
    }

    private static async Task RunAsync(MediaOperator media)
    {
        var ports = Ports.Of(media).Filter();
        var (input, output) = (media.Inputs[ports.Input], media.Outputs[ports.Output]);
        var analyser = new FrameAnalyser(((VideoCaps)input.Caps!).Shape());
        // A thread of its own, as overlay.
        using var threads = new PortThreads(media.Stopping);
        threads.Start("analyse", stopping => Analyse(analyser, input, output, stopping));
        await threads.WhenAllAsync();
    }

    private static void Analyse(FrameAnalyser analyser, FrameInput input, FrameOutput output, CancellationToken stopping)
    {
        Action<FrameMetadata> write = metadata => Write(analyser, metadata);
        while (input.Receive(stopping) is { } frame)
        {
            using (frame)
            {
                analyser.Analyse(frame.Stream, frame.Sequence, frame.Plane(0), frame.PlaneStride(0));
                output.Forward(frame, write, CancellationToken.None);
            }
        }
    }

    private static void Write(FrameAnalyser analyser, FrameMetadata metadata)
    {
        metadata.Set("score", Math.Max(analyser.MotionScore, analyser.SceneChangeScore));
        metadata.Set("motion_score", analyser.MotionScore);
        metadata.Set("scene_change_score", analyser.SceneChangeScore);
        metadata.Set("compared_with", (long)analyser.ComparedWith);
        metadata.Set("luma_histogram", analyser.Histogram);
    }
}
