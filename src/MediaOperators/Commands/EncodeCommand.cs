using System.CommandLine;
using System.Text.Json;
using K8sMediaFlow.MediaOperators.Encode;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>encode: raw video and audio become a file or network stream, and the frames' metadata a JSON file.</summary>
internal static class EncodeCommand
{
    private static readonly Option<string> _output = OutputOption();
    private static readonly Option<string?> _metadata = new("--metadata")
    {
        Description = "Metadata of every frame; by default beside the output.",
        HelpName = "FILE.json",
    };
    private static readonly Option<string?> _videoCodec = new("--video-codec")
    {
        Description = "ffmpeg's encoder, by default what fits the container.",
        HelpName = "NAME",
    };
    private static readonly Option<string?> _audioCodec = new("--audio-codec")
    {
        Description = "ffmpeg's encoder, by default what fits the container.",
        HelpName = "NAME",
    };
    private static readonly Option<string> _preset = new("--preset")
    {
        Description = "Speed of libx264 and libx265.",
        DefaultValueFactory = _ => "veryfast",
    };
    private static readonly Argument<string[]> _ffmpegArguments = FFmpegOptions.Named("for the output, before its name");

    public static Command Build()
    {
        var command = new Command("encode", "Encodes a video port, an audio port or both to a file or network stream.")
        {
            _output, _metadata, _videoCodec, _audioCodec, _preset, _ffmpegArguments,
        };
        command.SetAction((line, _) => CommandHost.RunAsync("encode", media => RunAsync(media, line)));
        return command;
    }

    // What cannot be written is known before anything is attached or started.
    private static Option<string> OutputOption()
    {
        var output = new Option<string>("--output") { Description = "File or network URL.", Required = true, HelpName = "PATH|URL" };
        output.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !OutputFormat.TryFind(result.Tokens[0].Value, out _, out var problem))
                result.AddError(problem);
        });
        return output;
    }

    private static async Task RunAsync(MediaOperator media, ParseResult line)
    {
        var output = line.GetValue(_output)!;
        var options = new EncodeOptions(OutputFormat.For(output), line.GetValue(_videoCodec), line.GetValue(_audioCodec),
            line.GetValue(_preset)!, line.GetValue(_ffmpegArguments) ?? []);
        var target = new OutputTarget(output);
        var metadataPath = line.GetValue(_metadata) ?? target.DefaultMetadataPath;
        using var metadata = metadataPath is null ? null : new MetadataJson(new RenamedFile(metadataPath));
        var ports = FindPorts(media, metadata);
        await new EncodeJob(ports, options, target).RunAsync(media.Stopping);
        target.Commit();
        metadata?.Commit(writer => WriteSummary(writer, ports));
        foreach (var port in ports)
            port.Release();
        Console.WriteLine($"encode: {Summary(ports)} -> {output}");
    }

    // One list of frames: of the video where there is any.
    private static EncodedPort[] FindPorts(MediaOperator media, MetadataJson? metadata)
    {
        var (video, audio) = Ports.Of(media).Sinks();
        EncodedPort?[] ports =
        [
            video is null ? null : new EncodedPort(media.Inputs[video], metadata),
            audio is null ? null : new EncodedPort(media.Inputs[audio], video is null ? metadata : null),
        ];
        return [.. ports.OfType<EncodedPort>()];
    }

    private static void WriteSummary(Utf8JsonWriter writer, IReadOnlyList<EncodedPort> ports)
    {
        writer.WriteStartObject("ports");
        foreach (var port in ports)
        {
            writer.WriteStartObject(port.Name);
            LedgerJson.Write(writer, port.Ledger);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static string Summary(IReadOnlyList<EncodedPort> ports) => string.Join("; ", ports.Select(port =>
    {
        var ledger = port.Ledger;
        var order = ledger.IsInOrder ? "in order" : $"{ledger.Duplicates} doubled, {ledger.OutOfOrder} out of order";
        return $"{port.Name} {ledger.Frames} frames, {ledger.Missing} missing, {order}";
    }));
}
