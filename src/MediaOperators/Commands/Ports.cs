using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>
/// Finds a verb's ports in the plan by what flows there, so that their names are the user's to choose. A port that no
/// verb reads would block its producer for ever; that is refused at the start.
/// </summary>
internal sealed class Ports
{
    private readonly IReadOnlyList<(string Name, FrameCaps? Caps)> _inputs;
    private readonly IReadOnlyList<(string Name, FrameCaps? Caps)> _outputs;

    public Ports(IReadOnlyList<(string Name, FrameCaps? Caps)> inputs, IReadOnlyList<(string Name, FrameCaps? Caps)> outputs)
    {
        _inputs = inputs;
        _outputs = outputs;
    }

    public static Ports Of(MediaOperator media) => new(
        [.. media.Inputs.Select(port => (port.Name, port.Caps))], [.. media.Outputs.Select(port => (port.Name, port.Caps))]);

    /// <summary>Exactly one video input and one video output and nothing else: the ports of a filter.</summary>
    public (string Input, string Output) Filter()
    {
        var input = Only<VideoCaps>(_inputs, "video", "input") ?? throw Missing("video", "input", _inputs);
        var output = Only<VideoCaps>(_outputs, "video", "output") ?? throw Missing("video", "output", _outputs);
        RefuseOthers("input", _inputs, input);
        RefuseOthers("output", _outputs, output);
        return (input, output);
    }

    /// <summary>Video, audio or both, to be written out.</summary>
    public (string? Video, string? Audio) Sinks() => Sides("input", _inputs, "output", _outputs);

    /// <summary>Video, audio or both, to be produced.</summary>
    public (string? Video, string? Audio) Sources() => Sides("output", _outputs, "input", _inputs);

    private static (string? Video, string? Audio) Sides(string side, IReadOnlyList<(string Name, FrameCaps? Caps)> ports,
        string otherSide, IReadOnlyList<(string Name, FrameCaps? Caps)> otherPorts)
    {
        var video = Only<VideoCaps>(ports, "video", side);
        var audio = Only<AudioCaps>(ports, "audio", side);
        if (video is null && audio is null)
            throw Missing("video or audio", side, ports);
        RefuseOthers(side, ports, video, audio);
        RefuseOthers(otherSide, otherPorts);
        return (video, audio);
    }

    private static string? Only<TCaps>(IReadOnlyList<(string Name, FrameCaps? Caps)> ports, string kind, string side)
        where TCaps : FrameCaps
    {
        var found = ports.Where(port => port.Caps is TCaps).Select(port => port.Name).ToArray();
        return found.Length <= 1 ? found.FirstOrDefault() : throw new MediaException(
            $"there may be one {kind} {side} port, but the plan has {found.Length}: {string.Join(", ", found)}");
    }

    private static void RefuseOthers(string side, IReadOnlyList<(string Name, FrameCaps? Caps)> ports, params string?[] used)
    {
        var unused = ports.FirstOrDefault(port => !used.Contains(port.Name));
        if (unused.Name is not null)
            throw new MediaException($"this verb has no use for {side} port '{unused.Name}' ({Kind(unused.Caps)})");
    }

    private static MediaException Missing(string kind, string side, IReadOnlyList<(string Name, FrameCaps? Caps)> ports)
    {
        var present = ports.Count == 0 ? "none" : string.Join(", ", ports.Select(port => $"{port.Name} ({Kind(port.Caps)})"));
        return new MediaException($"there must be a {kind} {side} port; the plan has: {present}");
    }

    private static string Kind(FrameCaps? caps) => caps switch
    {
        VideoCaps => "video",
        AudioCaps => "audio",
        EncodedCaps => "encoded",
        _ => "without caps",
    };
}
