namespace K8sMediaFlow.Protobuf;

/// <summary>How a message is rendered, and how much of it.</summary>
public sealed record RenderOptions
{
    /// <summary>JSON in several lines. Text always has a line per value.</summary>
    public bool IsPretty { get; init; } = true;

    /// <summary>Elements shown of a repeated field; how many more there are is said in their place.</summary>
    public int ElementsMax { get; init; } = int.MaxValue;

    /// <summary>Bytes shown of a string or bytes field.</summary>
    public int BytesMax { get; init; } = int.MaxValue;

    /// <summary>More output than that is an error.</summary>
    public long OutputBytesMax { get; init; } = 1L << 30;

    /// <summary>A glance: 16 elements, 256 bytes, a megabyte in all.</summary>
    public static RenderOptions Glance { get; } = new() { ElementsMax = 16, BytesMax = 256, OutputBytesMax = 1 << 20 };
}
