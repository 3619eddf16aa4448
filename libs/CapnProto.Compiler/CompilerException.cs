namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>A schema that cannot be generated. The message names the file and the node.</summary>
internal sealed class CompilerException(string message, bool isFromReference = false) : Exception(message)
{
    /// <summary>Whether the message is the reference compiler's, with file, line and column in front of each line.</summary>
    public bool IsFromReference { get; } = isFromReference;
}
