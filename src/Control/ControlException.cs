using Grpc.Core;

namespace K8sMediaFlow.Control;

/// <summary>A call of the control API that failed, at either end.</summary>
public sealed class ControlException : Exception
{
    public ControlException(StatusCode status, string message)
        : base(message)
    {
        Status = status;
    }

    public ControlException(StatusCode status, string message, Exception? cause)
        : base(message, cause)
    {
        Status = status;
    }

    public StatusCode Status { get; }
}
