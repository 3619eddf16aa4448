using System.Text.Json;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>
/// Writes the metadata of every frame as JSON while they pass, so that an hour of video takes no memory:
/// <c>{"frames": [{"stream", "sequence", "presentation_time_ns", "duration_ns", "metadata": {…}}, …], …}</c>.
/// </summary>
/// <remarks>The stream is text: its 64 random bits do not fit the numbers of JavaScript and jq.</remarks>
internal sealed class MetadataJson : IDisposable
{
    private const int FlushBytes = 64 << 10;

    private static readonly JsonWriterOptions _options = new() { Indented = false };

    private readonly RenamedFile _file;
    private readonly FileStream _stream;
    private readonly Utf8JsonWriter _writer;

    public MetadataJson(RenamedFile file)
    {
        _file = file;
        file.Prepare();
        _stream = new FileStream(file.PartialPath, FileMode.Create, FileAccess.Write);
        _writer = new Utf8JsonWriter(_stream, _options);
        _writer.WriteStartObject();
        _writer.WriteStartArray("frames");
    }

    public void Add(FrameIdentity identity, long presentationTimeNs, long durationNs, FrameMetadata metadata)
    {
        _writer.WriteStartObject();
        _writer.WriteString("stream", identity.Stream.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
        _writer.WriteNumber("sequence", identity.Sequence);
        _writer.WriteNumber("presentation_time_ns", presentationTimeNs);
        _writer.WriteNumber("duration_ns", durationNs);
        _writer.WriteStartObject("metadata");
        for (var index = 0; index < metadata.Count; index++)
            Add(metadata, index);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
        if (_writer.BytesPending > FlushBytes)
            _writer.Flush();
    }

    /// <summary>Ends the list, lets the caller write what comes after it, and gives the file its name.</summary>
    public void Commit(Action<Utf8JsonWriter> writeSummary)
    {
        _writer.WriteEndArray();
        writeSummary(_writer);
        _writer.WriteEndObject();
        Dispose();
        _file.Commit();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _stream.Dispose();
    }

    private void Add(FrameMetadata metadata, int index)
    {
        _writer.WritePropertyName(metadata.NameUtf8(index));
        switch (metadata.Kind(index))
        {
            case MetadataKind.Int64:
                _writer.WriteNumberValue(metadata.Int64(index));
                break;
            case MetadataKind.Double:
                Add(metadata.Double(index));
                break;
            case MetadataKind.Bool:
                _writer.WriteBooleanValue(metadata.Int64(index) != 0);
                break;
            case MetadataKind.Text:
                _writer.WriteStringValue(metadata.Bytes(index));
                break;
            case MetadataKind.Data:
                _writer.WriteBase64StringValue(metadata.Bytes(index));
                break;
            case MetadataKind.DoubleList:
                AddList(metadata.DoubleList(index));
                break;
            case MetadataKind.Int64List:
                AddList(metadata.Int64List(index));
                break;
        }
    }

    private void AddList(ReadOnlySpan<double> values)
    {
        _writer.WriteStartArray();
        foreach (var value in values)
            Add(value);
        _writer.WriteEndArray();
    }

    private void AddList(ReadOnlySpan<long> values)
    {
        _writer.WriteStartArray();
        foreach (var value in values)
            _writer.WriteNumberValue(value);
        _writer.WriteEndArray();
    }

    // JSON has no NaN and no infinity.
    private void Add(double value)
    {
        if (double.IsFinite(value))
            _writer.WriteNumberValue(value);
        else
            _writer.WriteNullValue();
    }
}
