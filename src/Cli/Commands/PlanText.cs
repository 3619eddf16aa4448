using System.Globalization;
using System.Text;
using K8sMediaFlow.Cli.Documents;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Commands;

/// <summary>A plan as tables for people.</summary>
internal static class PlanText
{
    internal static string Write(PipelineDocument document, PipelinePlan plan, IReadOnlyList<PodChange>? changes)
    {
        var text = new StringBuilder();
        var graph = document.Graph;
        text.Append(CultureInfo.InvariantCulture,
            $"pipeline {graph.Namespace}/{graph.Name}: {graph.Execution}, transport {Format.Of(graph.Transport)}{Encryption(graph)}\n");
        Pods(text, plan);
        Edges(text, plan);
        Regions(text, plan);
        if (changes is not null)
            Changes(text, changes);
        foreach (var warning in plan.Warnings)
            text.Append(CultureInfo.InvariantCulture, $"\nwarning: {document.At(warning)}\n");
        return text.ToString();
    }

    private static string Encryption(PipelineGraph graph) => graph.Encryption == Pipelines.Graph.Encryption.Tls ? ", encryption TLS" : "";

    private static void Pods(StringBuilder text, PipelinePlan plan)
    {
        text.Append("\nPODS\n");
        var table = new TextTable("POD", "MEDIA OPERATORS", "LINKS OUT", "LINKS IN", "FRAME MEMORY");
        foreach (var pod in plan.Sidecars)
            table.Add(pod.Pod, string.Join(" ", pod.Operators.Select(op => Invariant($"{op.Name}/{op.Replica}"))),
                Invariant($"{pod.Outbound.Count}"), Invariant($"{pod.Inbound.Count}"),
                Bytes.Text(plan.Regions.Where(region => region.Pod == pod.Pod).Sum(region => region.BlockBytes)));
        table.WriteTo(text);
    }

    private static void Edges(StringBuilder text, PipelinePlan plan)
    {
        text.Append("\nEDGES\n");
        var table = new TextTable("EDGE", "WAY", "CAPS", "NOMINAL", "DISTRIBUTION", "ORDER", "CHANNEL", "WHY");
        foreach (var edge in plan.Edges)
            table.Add(edge.Name, Format.Of(edge.Way), edge.Caps.ToString(),
                Invariant($"{edge.FrameSizeBytes * edge.Caps.FramesPerSecond / 1e6:0.0} MB/s"),
                edge.Consumers.Count > 1 ? Invariant($"{edge.Distribution} to {edge.Consumers.Count}") : "-",
                edge.Order.ToString(), Invariant($"{edge.ChannelCapacity}"), edge.WayReason);
        table.WriteTo(text);
    }

    private static void Regions(StringBuilder text, PipelinePlan plan)
    {
        text.Append("\nREGIONS\n");
        foreach (var region in plan.Regions)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {region.Pod}  {region.Owner}: {Bytes.Text(region.BlockBytes)} = ");
            text.AppendJoin(" + ", region.Classes.Select(one => Invariant($"{one.Count} blocks of {Bytes.Text(one.SizeBytes)}")))
                .Append('\n');
            foreach (var window in region.Windows)
                Window(text, window);
        }
        text.Append(CultureInfo.InvariantCulture, $"  all: {Bytes.Text(plan.Regions.Sum(region => region.BlockBytes))}\n");
    }

    private static void Changes(StringBuilder text, IReadOnlyList<PodChange> changes)
    {
        text.Append("\nCHANGES\n");
        var table = new TextTable("POD", "CHANGE", "FRAME MEMORY", "MISSING", "BECAUSE OF");
        foreach (var one in changes)
            table.Add(one.Pod, one.Kind.ToString(), $"{Bytes.Text(one.FrameBytesBefore)} -> {Bytes.Text(one.FrameBytesAfter)}",
                one.MissingBytes > 0 ? Bytes.Text(one.MissingBytes) : "-", one.Because.Count > 0 ? string.Join(", ", one.Because) : "-");
        table.WriteTo(text);
    }

    private static void Window(StringBuilder text, FrameWindow window)
    {
        text.Append(CultureInfo.InvariantCulture, $"    {window.Port}: {window.Frames} frames of {Bytes.Text(window.FrameBytes)}\n");
        foreach (var term in window.Terms)
            text.Append(CultureInfo.InvariantCulture, $"      {term.Frames,4}  {term.Reason}\n");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
