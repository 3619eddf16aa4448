using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Telemetry;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Control.Serving;

/// <summary>
/// Around every call of every service that is served here, health and reflection too: the caller must be
/// <see cref="ControllerIdentity.Uri"/>, and whatever fails is told as a status.
/// </summary>
internal sealed class CallGuard(CancellationToken stopping) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? response = null;
        await GuardAsync(context, async () => response = await continuation(request, context));
        return response!;
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
            ClientStreamingServerMethod<TRequest, TResponse> continuation)
        => throw new RpcException(new Grpc.Core.Status(StatusCode.Unimplemented, "no call here takes a stream and gives one answer"));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
        => GuardAsync(context, () => continuation(request, responseStream, context));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        => GuardAsync(context, () => continuation(requestStream, responseStream, context));

    private async Task GuardAsync(ServerCallContext context, Func<Task> call)
    {
        using var activity = CallActivities.Serve(context);
        try
        {
            CheckCaller(context);
            await call();
        }
        catch (Exception error) when (error is not RpcException)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            throw new RpcException(Classify(error, context.CancellationToken.IsCancellationRequested));
        }
    }

    /// <summary>Authority and time were checked at the handshake; here, so that the refusal can say who is expected: the name.</summary>
    private static void CheckCaller(ServerCallContext context)
    {
        if (context.GetHttpContext().Connection.ClientCertificate is not { } peer)
            throw new ControlException(StatusCode.Unauthenticated, "the caller showed no certificate");
        var verdict = IdentityChecks.CheckIdentity(peer, [ControllerIdentity.Uri]);
        if (!verdict.Accepted)
            throw new ControlException(StatusCode.PermissionDenied, verdict.Reason);
    }

    private Grpc.Core.Status Classify(Exception error, bool cancelled) => error switch
    {
        ControlException known => new(known.Status, known.Message),
        // Whatever it was doing: a message that was being written then is refused with yet another exception.
        _ when stopping.IsCancellationRequested => new(StatusCode.Unavailable, "the server stops"),
        OperationCanceledException when cancelled => new(StatusCode.DeadlineExceeded, "the deadline passed"),
        // The handler's own failure: its type and message help the operator of this system, who alone may call.
        _ => new(StatusCode.Internal, $"{error.GetType().Name}: {error.Message}"),
    };
}
