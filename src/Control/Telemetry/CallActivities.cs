using System.Diagnostics;
using Grpc.Core;

namespace K8sMediaFlow.Control.Telemetry;

/// <summary>Calls of the control API as activities, one at each end. What is called continues the caller's trace.</summary>
internal static class CallActivities
{
    private const string Parent = "traceparent";

    private static readonly ActivitySource _source = new(ControlApi.ActivitySourceName);

    /// <summary>At the caller's end. Null where no one listens.</summary>
    public static Activity? Called(string method, string sidecar) =>
        _source.StartActivity(method, ActivityKind.Client)?.SetTag("server.address", sidecar);

    /// <summary>What the call takes along of it.</summary>
    public static Metadata Headers(Activity? called) => called?.Id is { } id ? new Metadata { { Parent, id } } : [];

    /// <summary>At the sidecar's end. Null where no one listens.</summary>
    public static Activity? Serve(ServerCallContext context)
    {
        _ = ActivityContext.TryParse(context.RequestHeaders.GetValue(Parent), null, isRemote: true, out var caller);
        return _source.StartActivity(context.Method[(context.Method.LastIndexOf('/') + 1)..], ActivityKind.Server, caller);
    }
}
