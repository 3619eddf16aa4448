using K8sMediaFlow.Control.Grpc;

namespace K8sMediaFlow.Control;

/// <summary>A call of the control API that failed, at either end.</summary>
public sealed class ControlException : Exception
{
    public ControlException(GrpcStatus status, string message)
        : base(message)
    {
        Status = status;
    }

    public ControlException(GrpcStatus status, string message, Exception? cause)
        : base(message, cause)
    {
        Status = status;
    }

    public GrpcStatus Status { get; }
}
