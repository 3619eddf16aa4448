using System.Net;
using Google.Protobuf;
using Grpc.Core;
using K8sMediaFlow.Control.Calling;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Control.Wire;

namespace K8sMediaFlow.Control;

/// <summary>Which sidecar to call, and as whom.</summary>
/// <param name="Expected">Identities of which the sidecar's certificate must carry one: those of its pod's media operators.</param>
public sealed record ControlClientOptions(IPEndPoint Sidecar, Func<TlsIdentity> Identity, IReadOnlyCollection<string> Expected);

/// <summary>
/// Calls one sidecar. Every failure is a <see cref="ControlException"/> with gRPC's status; every call ends by its deadline. Thread-safe.
/// </summary>
public sealed class ControlClient : IDisposable
{
    private readonly SidecarChannel _channel;
    private readonly Wire.Sidecar.SidecarClient _sidecar;

    public ControlClient(ControlClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _channel = new SidecarChannel(options);
        _sidecar = new Wire.Sidecar.SidecarClient(_channel.Invoker);
    }

    /// <summary>
    /// Time for a call that only asks or tells. After one that ran out of it the next one has twice as long, up to eight times, until a
    /// call is answered.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ControlException">FailedPrecondition: the sidecar speaks no version of this API that is spoken here.</exception>
    public async Task<SidecarInfo> GetInfoAsync(CancellationToken cancellation)
    {
        var wire = await _channel.AskAsync("GetInfo", options => _sidecar.GetInfoAsync(new GetInfoRequest(), options), Deadline,
            cancellation);
        if (wire.ControlVersionMin > ControlApi.Version || wire.ControlVersionMax < ControlApi.VersionMin)
            throw new ControlException(
                StatusCode.FailedPrecondition,
                $"sidecar {wire.Pod} speaks control versions {wire.ControlVersionMin}..{wire.ControlVersionMax}, " +
                $"here are {ControlApi.VersionMin}..{ControlApi.Version}");
        return new SidecarInfo(
            (int)wire.ControlVersionMin, (int)wire.ControlVersionMax, wire.SoftwareVersion, wire.Pod, wire.Incarnation,
                StatusConversion.FromWire(wire.Plan));
    }

    /// <returns>The sidecar's incarnation that has the plan now.</returns>
    /// <exception cref="ControlException">FailedPrecondition: a higher plan is in force. InvalidArgument: the plan is
    /// malformed.</exception>
    public async Task<string> ApplyPlanAsync(PlanDocument plan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var request = new ApplyPlanRequest
        {
            Version = StatusConversion.ToWire(plan.Version),
            PlanJson = ByteString.CopyFrom(plan.Json.Span),
        };
        if (request.CalculateSize() is var bytes && bytes > ControlApi.MessageMaxBytes)
            throw new ControlException(StatusCode.ResourceExhausted,
                $"a message of {bytes} bytes, at most {ControlApi.MessageMaxBytes} are taken");
        var wire = await _channel.AskAsync("ApplyPlan", options => _sidecar.ApplyPlanAsync(request, options), Deadline, cancellation);
        return wire.Incarnation;
    }

    /// <summary>
    /// The status now and then every interval (50 ms .. 60 s), and at once when the state of a media operator changes. Ends only by
    /// cancellation or an error.
    /// </summary>
    public IAsyncEnumerable<SidecarStatus> WatchStatusAsync(TimeSpan interval, CancellationToken cancellation)
    {
        var request = new WatchStatusRequest { IntervalMilliseconds = (uint)interval.TotalMilliseconds };
        return _channel.ListenAsync(options => _sidecar.WatchStatus(request, options), interval + Deadline, cancellation)
            .Select(StatusConversion.FromWire);
    }

    /// <exception cref="ControlException">DeadlineExceeded: not drained within <paramref name="limit"/> (at most 10 minutes).</exception>
    public Task DrainAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var request = new DrainRequest { DeadlineMilliseconds = (uint)limit.TotalMilliseconds };
        return _channel.AskAsync("Drain", options => _sidecar.DrainAsync(request, options), limit + Deadline, cancellation);
    }

    public void Dispose() => _channel.Dispose();
}
