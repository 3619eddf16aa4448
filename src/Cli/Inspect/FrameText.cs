using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>A frame's envelope and metadata, for people and as one line of JSON.</summary>
internal static class FrameText
{
    // For a terminal or a file, never inside HTML: an edge's arrow stays readable.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(TappedFrame frame, PayloadText? payload = null)
    {
        if (!frame.TryRead(out var view, out var error))
            return $"{frame.Channel.Edge} {frame.Channel.Producer} to {frame.Channel.Consumer}: the message is not sound: {error}";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{frame.Channel.Edge} {frame.Channel.Producer} to {frame.Channel.Consumer}: ");
        text.Append(CultureInfo.InvariantCulture, $"stream {view.Info.Stream:x} sequence {view.Info.Sequence} {Media(in view.Info)}");
        text.Append(CultureInfo.InvariantCulture, $" at {view.Info.PresentationTimeNs / 1e9:0.000} s");
        text.Append(CultureInfo.InvariantCulture, $"{Ticks(in view.Info.Timing)}, payload {frame.PayloadBytes} bytes");
        foreach (var entry in view.Metadata)
            text.Append(CultureInfo.InvariantCulture, $"\n  {entry.Name.ToString()} = {Value(entry)}");
        if (payload is not null)
            text.Append(Payload(in view, payload));
        return text.ToString();
    }

    public static string Json(TappedFrame frame, PayloadText? payload = null)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, Plain))
            Write(frame, payload, json);
        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }

    private static void Write(TappedFrame frame, PayloadText? payload, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("edge", frame.Channel.Edge);
        json.WriteString("producer", frame.Channel.Producer);
        json.WriteString("consumer", frame.Channel.Consumer);
        if (frame.TryRead(out var view, out var error))
        {
            WriteEnvelope(ref view, frame.PayloadBytes, json);
            WritePayload(in view, payload, json);
        }
        else
        {
            json.WriteString("error", error.ToString());
        }

        json.WriteEndObject();
    }

    /// <summary>A payload that does not fit its schema is worth a line, not the end of the tap.</summary>
    private static string Payload(in FrameView view, PayloadText payload)
    {
        try
        {
            return payload.Render(in view, isJson: false) is { } text
                ? "\n  payload: " + text.Replace("\n", "\n  ", StringComparison.Ordinal)
                : "";
        }
        catch (RunException error)
        {
            return "\n  payload: " + error.Message;
        }
    }

    private static void WritePayload(in FrameView view, PayloadText? payload, Utf8JsonWriter json)
    {
        try
        {
            if (payload?.Render(in view, isJson: true) is not { } rendered)
                return;
            json.WritePropertyName("payload");
            json.WriteRawValue(rendered);
        }
        catch (RunException error)
        {
            json.WriteString("payloadError", error.Message);
        }
    }

    private static string Ticks(in TimingInfo timing) => timing.IsKnown
        ? string.Create(CultureInfo.InvariantCulture, $" ({timing.PresentationTicks} ticks of {timing.BaseNumerator}/{timing.BaseDenominator} s)")
        : "";

    private static void WriteTiming(in TimingInfo timing, Utf8JsonWriter json)
    {
        if (!timing.IsKnown)
            return;
        json.WriteNumber("presentationTicks", timing.PresentationTicks);
        json.WriteNumber("durationTicks", timing.DurationTicks);
        json.WriteString("timeBase", string.Create(CultureInfo.InvariantCulture, $"{timing.BaseNumerator}/{timing.BaseDenominator}"));
    }

    private static void WriteEnvelope(ref FrameView view, long payloadBytes, Utf8JsonWriter json)
    {
        // As text: readers of JSON round numbers of 64 bits.
        json.WriteString("stream", view.Info.Stream.ToString("x", CultureInfo.InvariantCulture));
        json.WriteNumber("sequence", view.Info.Sequence);
        json.WriteNumber("presentationTimeNs", view.Info.PresentationTimeNs);
        json.WriteNumber("durationNs", view.Info.DurationNs);
        WriteTiming(in view.Info.Timing, json);
        json.WriteNumber("captureTimeWallNs", view.Info.CaptureTimeWallNs);
        json.WriteString("media", Media(in view.Info));
        json.WriteNumber("payloadBytes", payloadBytes);
        json.WriteStartObject("metadata");
        foreach (var entry in view.Metadata)
            WriteEntry(entry, json);
        json.WriteEndObject();
    }

    private static void WriteEntry(FrameMessage.Metadata.Reader entry, Utf8JsonWriter json)
    {
        var name = entry.Name.ToString();
        switch (entry.Which)
        {
            case FrameMessage.Metadata.Which.Int64:
                json.WriteNumber(name, entry.Int64);
                break;
            case FrameMessage.Metadata.Which.Bool:
                json.WriteBoolean(name, entry.Bool);
                break;
            case FrameMessage.Metadata.Which.Float64 when double.IsFinite(entry.Float64):
                json.WriteNumber(name, entry.Float64);
                break;
            case FrameMessage.Metadata.Which.Float64List:
                json.WriteStartArray(name);
                foreach (var value in entry.Float64List.ToArray())
                    WriteNumber(value, json);
                json.WriteEndArray();
                break;
            case FrameMessage.Metadata.Which.Int64List:
                json.WriteStartArray(name);
                foreach (var value in entry.Int64List.ToArray())
                    json.WriteNumberValue(value);
                json.WriteEndArray();
                break;
            default:
                json.WriteString(name, Value(entry));
                break;
        }
    }

    private static void WriteNumber(double value, Utf8JsonWriter json)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    private static string Value(FrameMessage.Metadata.Reader entry) => entry.Which switch
    {
        FrameMessage.Metadata.Which.Int64 => entry.Int64.ToString(CultureInfo.InvariantCulture),
        FrameMessage.Metadata.Which.Float64 => entry.Float64.ToString(CultureInfo.InvariantCulture),
        FrameMessage.Metadata.Which.Bool => entry.Bool ? "true" : "false",
        FrameMessage.Metadata.Which.Text => entry.Text.ToString(),
        FrameMessage.Metadata.Which.Data => Convert.ToHexStringLower(entry.Data),
        FrameMessage.Metadata.Which.Float64List =>
            string.Join(" ", entry.Float64List.ToArray().Select(value => value.ToString(CultureInfo.InvariantCulture))),
        FrameMessage.Metadata.Which.Int64List =>
            string.Join(" ", entry.Int64List.ToArray().Select(value => value.ToString(CultureInfo.InvariantCulture))),
        var kind => $"({kind})",
    };

    private static string Media(in FrameInfo info) => info.Kind switch
    {
        MediaKind.Video =>
            string.Create(CultureInfo.InvariantCulture,
                $"video {info.Video.Width}x{info.Video.Height} {MediaFormats.Name(info.Video.PixelFormat)}"),
        MediaKind.Audio => string.Create(
            CultureInfo.InvariantCulture,
                $"audio {info.Audio.SampleCount} samples {info.Audio.SampleRate} Hz {info.Audio.Channels} ch {MediaFormats.Name(info.Audio.SampleFormat)}"),
        MediaKind.Encoded => $"encoded {info.Encoded.Encoding} {info.Encoded.SchemaName}",
        _ => "nothing",
    };
}
