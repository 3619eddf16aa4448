namespace K8sMediaFlow.Protobuf;

/// <summary>A message, schema or JSON document that is not what it should be. The message says what and where.</summary>
public sealed class ProtobufException : Exception
{
    public ProtobufException(string message)
        : base(message)
    {
    }

    public ProtobufException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
