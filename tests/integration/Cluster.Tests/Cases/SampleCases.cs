using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Every file of config/samples, as it stands but for where the images come from.</summary>
public sealed class SampleCases(ITestOutputHelper output) : FlowCase(output)
{
    private const int ClipFrames = 60;

    /// <summary>How many sinks at least have to have said that they got so many frames.</summary>
    private static readonly Dictionary<string, (int Sinks, int Frames)> Batches = new()
    {
        ["exec-filter"] = (1, 100),
        ["fan-out"] = (3, 100),
        ["highlights"] = (0, 0),
        ["live-preview"] = (1, 300),
    };

    [NeedsFact("kubernetes", "images", "helm", "root", "ffmpeg")]
    public void Every_sample_that_ends_succeeds_with_all_its_frames()
    {
        using var flow = NewFlow();
        MediaClips.Make(Path.Combine(flow.Records, "match.mp4"), ClipFrames);
        flow.Apply(Documents.Claim(flow.Space, "media", flow.Records));
        var samples = Samples.All.Where(sample => sample.IsBatch).ToList();
        samples.Select(sample => sample.Name).Order().ShouldBe(Batches.Keys.Order());
        flow.Apply(string.Join("\n---\n", samples.Select(sample => sample.Document(flow.Space))));
        foreach (var sample in samples)
            Wait.Until($"{sample.Name} has succeeded", () => Phase(flow, sample.Name) == "Succeeded",
                flow.Describe);
        foreach (var (name, (sinks, frames)) in Batches)
            AwaitWords(flow, name, $"^sink: video {frames} frames, 0 missing", sinks);
        MediaClips.Frames(Path.Combine(flow.Records, "highlights.mp4")).ShouldBe(ClipFrames);
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults", "ffmpeg")]
    public void Every_sample_that_listens_carries_what_an_encoder_brings_to_its_Service()
    {
        using var flow = NewFlow();
        Kubectl.Run("create", "secret", "generic", "stream", "-n", flow.Space, "--from-literal=key=match");
        var samples = Samples.All.Where(sample => !sample.IsBatch).ToList();
        samples.Select(sample => sample.Name).Order().ShouldBe(Encoder.Targets.Keys.Order());
        flow.Apply(string.Join("\n---\n", samples.Select(sample => sample.Document(flow.Space))));
        foreach (var sample in samples)
        {
            Wait.Until($"{sample.Name} is ready", () => flow.Is("Ready", "True", sample.Name), flow.Describe);
            using var encoder = new Encoder(Cluster, sample.Name, Address(flow, sample.Name));
            var rates = new Dictionary<string, double>();
            Wait.Until($"every edge of {sample.Name} carries frames", () => (rates = Rates(flow, sample.Name)).Values.All(rate => rate > 0),
                () => $"{flow.Pipeline(sample.Name)}\n{encoder.Words}\n{Logs(flow, sample.Name)}");
            Print($"{sample.Name}: {string.Join(", ", rates.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key} {one.Value:0.0}/s")))}");
        }
    }

    // A container's end can be known before its last words are.
    private static void AwaitWords(Flow flow, string name, string words, int atLeast)
    {
        var logs = "";
        Wait.Until($"{name}: '{words}' at least {atLeast} times",
            () => Regex.Count(logs = Logs(flow, name), words, RegexOptions.Multiline) >= atLeast, () => logs, Hang.Bound);
    }

    private static string Phase(Flow flow, string name) =>
        flow.Pipeline(name).TryGetProperty("status", out var status) && status.TryGetProperty("phase", out var phase)
            ? phase.GetString()!
            : "";

    /// <summary>Frames a second of each edge, 0 where none is known.</summary>
    private static Dictionary<string, double> Rates(Flow flow, string name) =>
        flow.Pipeline(name).GetProperty("status").GetProperty("edges").EnumerateArray()
        .ToDictionary(edge => edge.GetProperty("name").GetString()!,
            edge => edge.TryGetProperty("framesPerSecond", out var rate)
            ? double.Parse(rate.GetString()!, CultureInfo.InvariantCulture)
            : 0);

    private static string Address(Flow flow, string name) =>
        flow.Kubectl.Get("service", space: flow.Space, selector: $"k8smediaflow.io/pipeline={name}").GetProperty("items").EnumerateArray()
        .Select(service => service.GetProperty("spec").GetProperty("clusterIP").GetString()!).First(address => address != "None");

    private static string Logs(Flow flow, string name) =>
        flow.Kubectl.Run("logs", "-n", flow.Space, "-l", $"k8smediaflow.io/pipeline={name}", "--all-containers", "--tail=200",
            "--max-log-requests=20");
}
