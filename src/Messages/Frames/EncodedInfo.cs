#pragma warning disable CA1051 // Fields: FrameInfo says why.
namespace K8sMediaFlow.Messages;

/// <summary>An encoded message as payload, with what a tool needs to show it.</summary>
public struct EncodedInfo
{
    /// <summary>The schema's own number (Cap'n Proto type id), 0 if it has none.</summary>
    public ulong SchemaId;

    /// <summary>The schema's name (Protobuf full name, Cap'n Proto display name).</summary>
    public string? SchemaName;

    public PayloadEncoding Encoding;
}
