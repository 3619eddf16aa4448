using System.CommandLine;
using K8sMediaFlow.Cli.Decode;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary><c>tap EDGE</c>: frames of an edge while the run goes on, as text, JSON or pictures.</summary>
internal static class TapCommand
{
    internal static Command Create()
    {
        var edge = new Argument<string>("EDGE") { Description = "As the plan names it: decode.video->analyse.video" };
        var run = new Option<string?>("--run")
        {
            Description = "The run's directory or the end of its name; not needed where only one run lives.",
        };
        var form = new Option<string>("--output", "-o")
        {
            Description = "text, json (a line per frame) or png (a file per frame).",
            DefaultValueFactory = _ => "text",
        };
        form.AcceptOnlyFromAmong("text", "json", "png");
        var folder = new Option<string>("--folder") { Description = "Where pictures go.", DefaultValueFactory = _ => "." };
        var count = new Option<int>("--count", "-n") { Description = "End after so many frames.", DefaultValueFactory = _ => 1 };
        var seconds = new Option<int>("--seconds") { Description = "End after so long.", DefaultValueFactory = _ => 30 };
        var schema = SchemaOptions.Schema(isRequired: false);
        var type = new Option<string?>("--type") { Description = "The payload's type; not needed where the frames name it." };
        var (isProtobuf, imports) = (SchemaOptions.Protobuf(), SchemaOptions.Imports());
        foreach (var bounded in new[] { count, seconds })
        {
            bounded.Validators.Add(result =>
            {
                if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var value) && value < 1)
                    result.AddError($"{bounded.Name} must be at least 1");
            });
        }

        var command = new Command("tap",
            "Show frames of an edge of a local run: envelope and metadata, or the picture. Read-only: no frame is held or delayed.")
        {
            edge, run, form, folder, count, seconds, schema, type, isProtobuf, imports,
        };
        command.SetAction((parsed, _) => RunAsync(
            new TapOptions(
                parsed.GetRequiredValue(edge), parsed.GetValue(run), parsed.GetRequiredValue(form), parsed.GetRequiredValue(folder),
                parsed.GetRequiredValue(count), TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)),
                () => parsed.GetValue(schema) is { } path
                    ? new PayloadText(PayloadSchema.Load(path, parsed.GetValue(isProtobuf), parsed.GetValue(imports) ?? []),
                        parsed.GetValue(type))
                    : null),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static async Task<int> RunAsync(TapOptions options, TextWriter output, TextWriter errors)
    {
        using var signals = new StopSignals();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(signals.Interrupted);
        stopping.CancelAfter(options.Limit);
        var pods = new List<ObservedPod>();
        try
        {
            pods.AddRange(RunManifest.Find(options.Run).Pods.Select(ObservedPod.Attach));
            var seen = await TapAsync(pods, options, output, stopping.Token);
            if (seen == 0)
                throw new RunException($"no frame of {options.Edge} could be copied within {options.Limit.TotalSeconds:0} s");
            return 0;
        }
        catch (RunException error)
        {
            errors.WriteLine(error.Message);
            return 1;
        }
        finally
        {
            pods.ForEach(pod => pod.Dispose());
        }
    }

    private static async Task<int> TapAsync(IReadOnlyList<ObservedPod> pods, TapOptions options, TextWriter output,
        CancellationToken stopping)
    {
        var tap = new EdgeTap(pods, options.Edge);
        if (tap.ChannelCount == 0)
            throw new RunException($"no channel of '{options.Edge}' is open (open: {string.Join(", ", Edges(pods))})");
        var (seen, payload) = (0, options.Payload());
        await foreach (var frame in tap.ReadAsync(stopping))
        {
            output.WriteLine(options.Form switch
            {
                "json" => FrameText.Json(frame, payload),
                "png" => await FramePicture.WriteAsync(frame, options.Folder, stopping),
                _ => FrameText.Text(frame, payload),
            });
            if (++seen == options.Count)
                break;
        }

        return seen;
    }

    private static IEnumerable<string> Edges(IEnumerable<ObservedPod> pods)
        => pods.SelectMany(pod => pod.Channels).Select(channel => channel.Edge).Distinct().Order(StringComparer.Ordinal);
}

/// <summary>What the user asked of a tap.</summary>
internal sealed record TapOptions(string Edge, string? Run, string Form, string Folder, int Count, TimeSpan Limit,
    Func<PayloadText?> Payload);
