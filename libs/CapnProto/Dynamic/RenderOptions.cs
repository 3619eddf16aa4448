namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>How a message is rendered, and how much of it.</summary>
public sealed record RenderOptions
{
    /// <summary>In several lines, as the reference tool does; otherwise as it does with <c>--short</c>.</summary>
    public bool IsPretty { get; init; } = true;

    /// <summary>Elements shown of a list; how many more there are is said in their place.</summary>
    public int ElementsMax { get; init; } = int.MaxValue;

    /// <summary>Bytes shown of a text or data.</summary>
    public int BytesMax { get; init; } = int.MaxValue;

    /// <summary>
    /// More output than that is an error (<see cref="CapnProtoError.TooLarge"/>): a small message can expand to a lot of text.
    /// </summary>
    public long OutputBytesMax { get; init; } = 1L << 30;

    /// <summary>Groups and structs within each other; the message's own limit counts pointers, which default values do not need.</summary>
    public int DepthMax { get; init; } = 256;

    /// <summary>Everything, in one line.</summary>
    public static RenderOptions OneLine { get; } = new() { IsPretty = false };

    /// <summary>A glance: 16 elements, 256 bytes, a megabyte in all.</summary>
    public static RenderOptions Glance { get; } = new() { ElementsMax = 16, BytesMax = 256, OutputBytesMax = 1 << 20 };
}
