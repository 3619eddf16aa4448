using System.Net;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Grpc;
using K8sMediaFlow.Control.Wire;

namespace K8sMediaFlow.Control;

/// <summary>Where the control API is served, and as whom.</summary>
/// <param name="Port">0: any free one, see <see cref="ControlServer.Port"/>.</param>
/// <param name="Identity">Asked at each handshake: <see cref="TlsIdentityFiles.Current"/> follows renewed files.</param>
public sealed record ControlServerOptions(IPAddress Address, int Port, Func<TlsIdentity> Identity);

/// <summary>Serves the control API of one sidecar. Callers must be <see cref="ControllerIdentity.Uri"/>.</summary>
public sealed class ControlServer : IAsyncDisposable
{
    private readonly IControlHandler _handler;
    private readonly GrpcServer _server;
    private readonly SemaphoreSlim _applying = new(1, 1);

    public ControlServer(ControlServerOptions options, IControlHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        _handler = handler;
        var grpc = new GrpcServerOptions(options.Address, options.Port, options.Identity, ControlApi.MessageMaxBytes);
        _server = new GrpcServer(grpc, new Dictionary<string, Func<GrpcCall, Task>>
        {
            [ControlApi.GetInfo] = GetInfoAsync,
            [ControlApi.ApplyPlan] = ApplyPlanAsync,
            [ControlApi.WatchStatus] = WatchStatusAsync,
            [ControlApi.Drain] = DrainAsync,
        });
    }

    /// <summary>The port that it listens on; known once started.</summary>
    public int Port => _server.Port;

    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellation) => _server.StartAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _applying.Dispose();
    }

    private async Task GetInfoAsync(GrpcCall call)
    {
        await ReadAsync(call, GetInfoRequest.Parser);
        var info = _handler.GetInfo();
        await call.WriteAsync(new GetInfoResponse
        {
            ControlVersionMin = (uint)info.ControlVersionMin,
            ControlVersionMax = (uint)info.ControlVersionMax,
            SoftwareVersion = info.SoftwareVersion,
            Pod = info.Pod,
            Incarnation = info.Incarnation,
            Plan = StatusConversion.ToWire(info.Plan),
        });
    }

    private async Task ApplyPlanAsync(GrpcCall call)
    {
        var request = await ReadAsync(call, ApplyPlanRequest.Parser);
        var version = StatusConversion.FromWire(request.Version)
            ?? throw new ControlException(GrpcStatus.InvalidArgument, "the plan has no version");
        await _applying.WaitAsync(call.Cancellation);
        try
        {
            if (_handler.CurrentPlan is { } current && version < current)
                throw new ControlException(GrpcStatus.FailedPrecondition, $"plan {version} is lower than plan {current}, which is in force");
            await _handler.ApplyPlanAsync(new PlanDocument(version, request.PlanJson.Memory), call.Cancellation);
        }
        finally
        {
            _applying.Release();
        }

        var info = _handler.GetInfo();
        await call.WriteAsync(new ApplyPlanResponse { Version = StatusConversion.ToWire(info.Plan), Incarnation = info.Incarnation });
    }

    private async Task WatchStatusAsync(GrpcCall call)
    {
        var request = await ReadAsync(call, WatchStatusRequest.Parser);
        var interval = Bounded(request.IntervalMilliseconds, ControlApi.IntervalMin, ControlApi.IntervalMax, ControlApi.IntervalDefault, "interval");
        using var timer = new PeriodicTimer(interval);
        do
        {
            await call.WriteAsync(StatusConversion.ToWire(_handler.GetStatus()));
        }
        while (await timer.WaitForNextTickAsync(call.Cancellation));
    }

    private async Task DrainAsync(GrpcCall call)
    {
        var request = await ReadAsync(call, DrainRequest.Parser);
        var limit = Bounded(request.DeadlineMilliseconds, TimeSpan.FromMilliseconds(1), ControlApi.DrainMax, ControlApi.DrainDefault, "deadline");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        deadline.CancelAfter(limit);
        try
        {
            await _handler.DrainAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            throw new ControlException(GrpcStatus.DeadlineExceeded, $"not drained within {limit.TotalMilliseconds:0} ms");
        }

        await call.WriteAsync(new DrainResponse());
    }

    private static Task<T> ReadAsync<T>(GrpcCall call, Google.Protobuf.MessageParser<T> parser)
        where T : class, Google.Protobuf.IMessage<T>
    {
        if (call.PeerCertificate is not { } peer)
            throw new ControlException(GrpcStatus.Unauthenticated, "the caller showed no certificate");
        var verdict = IdentityChecks.CheckIdentity(peer, [ControllerIdentity.Uri]);
        if (!verdict.Accepted)
            throw new ControlException(GrpcStatus.PermissionDenied, verdict.Reason);
        return call.ReadOnlyMessageAsync(parser);
    }

    private static TimeSpan Bounded(uint milliseconds, TimeSpan min, TimeSpan max, TimeSpan fallback, string name)
    {
        if (milliseconds == 0)
            return fallback;
        var value = TimeSpan.FromMilliseconds(milliseconds);
        return value >= min && value <= max
            ? value
            : throw new ControlException(
                GrpcStatus.InvalidArgument, $"{name} {milliseconds} ms is not within {min.TotalMilliseconds:0}..{max.TotalMilliseconds:0} ms");
    }
}
