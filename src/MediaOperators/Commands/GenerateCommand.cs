using System.CommandLine;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.MediaOperators.Testing;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>generate: a source whose every frame can be verified by its sequence.</summary>
internal static class GenerateCommand
{
    private const int DefaultPayloadBytes = 4096;

    private static readonly Option<long> _frames = new("--frames")
    {
        Description = "Frames of each port; left out: until it is stopped.",
        DefaultValueFactory = _ => long.MaxValue - 1,
        HelpName = "N",
    };
    private static readonly Option<int> _size = new("--size")
    {
        Description = "Payload of a frame where the port's caps fix none.",
        DefaultValueFactory = _ => DefaultPayloadBytes,
        HelpName = "BYTES",
    };
    private static readonly Option<bool> _realtime = new("--realtime")
    {
        Description = "At the rate of the port's caps instead of as fast as the consumers take it.",
    };

    private static readonly Option<string?> _countFile = new("--count-file")
    {
        Description = "How often it waited for a block or for room, written at the end.",
        HelpName = "FILE.json",
    };

    public static Command Build()
    {
        var command = new Command("generate", "Sends a test pattern on every output port; sink --verify checks it.")
        {
            _frames, _size, _realtime, _countFile, RecordOption.Record,
        };
        command.SetAction((line, _) => CommandHost.RunAsync("generate", media => RunAsync(media, line)));
        return command;
    }

    private static async Task RunAsync(MediaOperator media, ParseResult line)
    {
        if (media.Outputs.Count == 0 || media.Inputs.Count > 0)
            throw new MediaException("generate must have output ports and no input port");
        var (frames, bytes, realtime) = (line.GetValue(_frames), line.GetValue(_size), line.GetValue(_realtime));
        using var records = new PortRecords(line.GetValue(RecordOption.Record));
        using var threads = new PortThreads(media.Stopping);
        foreach (var output in media.Outputs)
            threads.Start("generate " + output.Name,
                stopping => new GeneratedPort(output, bytes, records.Of(output.Name)).Pump(frames, realtime, stopping));
        try
        {
            await threads.WhenAllAsync();
            Console.WriteLine($"generate: waited for a block or for room {media.Statistics.OutputWaits} times");
            if (line.GetValue(_countFile) is { } path)
                CountFile.Write(path, writer => writer.WriteNumber("waits", media.Statistics.OutputWaits));
        }
        catch (OperationCanceledException) when (media.Stopping.IsCancellationRequested)
        {
            // Asked to end: what was sent is the whole stream of a batch. In a streaming pipeline another life goes on with it.
            if (!media.IsStreaming)
                foreach (var output in media.Outputs)
                    output.Complete();
        }
    }
}
