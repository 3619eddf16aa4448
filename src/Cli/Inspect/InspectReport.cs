using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using K8sMediaFlow.Cli.Top;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>A pod's regions and channels, for people and for programs.</summary>
internal static class InspectReport
{
    private const int BlocksPerLine = 64;
    private const int BlocksMax = 1024;

    public static void WriteText(ObservedPod pod, TextWriter output)
    {
        output.WriteLine($"pod {pod.Name}");
        foreach (var region in pod.Regions)
            WriteRegion(region, output);
        foreach (var channel in pod.Channels.OrderBy(channel => channel.Edge, StringComparer.Ordinal).ThenBy(channel => channel.Id))
            WriteChannel(channel, output);
    }

    public static void WriteJson(IEnumerable<ObservedPod> pods, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Indented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
        json.WriteStartArray();
        foreach (var pod in pods)
        {
            json.WriteStartObject();
            json.WriteString("pod", pod.Name);
            json.WriteStartArray("regions");
            foreach (var region in pod.Regions)
                WriteRegion(region, json);
            json.WriteEndArray();
            json.WriteStartArray("channels");
            foreach (var channel in pod.Channels)
                WriteChannel(channel, json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRegion(ObservedRegion region, TextWriter output)
    {
        var layout = region.Reader.Layout;
        output.WriteLine(Text(
            $"  region of {region.Owner}: {layout.LengthBytes} bytes, {layout.BlockCount} blocks, id {region.Reader.Id}"));
        for (var index = 0; index < layout.Classes.Length; index++)
        {
            var blocks = layout.Classes[index];
            output.WriteLine(Text(
                $"    class {index}: {blocks.BlockSizeBytes} bytes x {blocks.BlockCount} from block {blocks.FirstBlock}, {region.Reader.BlocksInUseOf(index)} in use"));
            var bitmap = region.Bitmap(blocks);
            foreach (var line in bitmap.Take(BlocksMax).Chunk(BlocksPerLine))
                output.WriteLine("      " + new string(line));
            if (bitmap.Length > BlocksMax)
                output.WriteLine(Text($"      and {bitmap.Length - BlocksMax} more"));
        }
    }

    private static void WriteChannel(ObservedChannel channel, TextWriter output)
    {
        var at = channel.Observer.Positions;
        var figures = channel.Observer.Statistics;
        output.WriteLine(Text(
            $"  channel {channel.Id} of {channel.Edge}: {channel.Producer} to {channel.Consumer}, capacity {channel.Observer.Header.Layout.Capacity}"));
        output.WriteLine(Text(
            $"    descriptors: {at.DescriptorTail} published, {at.DescriptorHead} consumed, {at.DescriptorTail - at.DescriptorHead} waiting"));
        output.WriteLine(Text(
            $"    returns: {at.ReturnTail} published, {at.ReturnHead} consumed, {at.ReturnTail - at.ReturnHead} waiting"));
        output.WriteLine(Text(
            $"    received: {figures.Frames} frames, {figures.Bytes} bytes, {figures.Gaps} gaps, {figures.Duplicates} duplicates"));
        output.WriteLine(Text(
            $"    latency: p50 {DisplayFormat.Latency(figures.PercentileNanoseconds(0.5))}, p99 {DisplayFormat.Latency(figures.PercentileNanoseconds(0.99))}"));
    }

    private static void WriteRegion(ObservedRegion region, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("owner", region.Owner);
        json.WriteString("id", region.Reader.Id.ToString());
        json.WriteNumber("lengthBytes", region.Reader.Layout.LengthBytes);
        json.WriteStartArray("classes");
        for (var index = 0; index < region.Reader.Layout.Classes.Length; index++)
        {
            var blocks = region.Reader.Layout.Classes[index];
            json.WriteStartObject();
            json.WriteNumber("blockSizeBytes", blocks.BlockSizeBytes);
            json.WriteNumber("blockCount", blocks.BlockCount);
            json.WriteNumber("firstBlock", blocks.FirstBlock);
            json.WriteNumber("blocksInUse", region.Reader.BlocksInUseOf(index));
            json.WriteString("bitmap", region.Bitmap(blocks));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteChannel(ObservedChannel channel, Utf8JsonWriter json)
    {
        var at = channel.Observer.Positions;
        var figures = channel.Observer.Statistics;
        json.WriteStartObject();
        json.WriteNumber("channel", channel.Id);
        json.WriteString("edge", channel.Edge);
        json.WriteString("producer", channel.Producer);
        json.WriteString("consumer", channel.Consumer);
        json.WriteNumber("capacity", channel.Observer.Header.Layout.Capacity);
        json.WriteNumber("descriptorTail", at.DescriptorTail);
        json.WriteNumber("descriptorHead", at.DescriptorHead);
        json.WriteNumber("returnTail", at.ReturnTail);
        json.WriteNumber("returnHead", at.ReturnHead);
        json.WriteNumber("frames", figures.Frames);
        json.WriteNumber("bytes", figures.Bytes);
        json.WriteNumber("gaps", figures.Gaps);
        json.WriteNumber("duplicates", figures.Duplicates);
        json.WriteNumber("p50Nanoseconds", figures.PercentileNanoseconds(0.5));
        json.WriteNumber("p99Nanoseconds", figures.PercentileNanoseconds(0.99));
        json.WriteEndObject();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
