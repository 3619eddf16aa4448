namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>JSON that is no message of its schema. The message names the place: <c>$.planes[2].rows</c>.</summary>
public sealed class JsonFaultException : Exception
{
    public JsonFaultException(string path, string reason)
        : base($"{path}: {reason}") => (Path, Reason) = (path, reason);

    public string Path { get; }

    public string Reason { get; }
}
