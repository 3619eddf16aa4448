using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>
/// What this room counts, under the meter's name <see cref="MeterName"/>, and what it traces; the controller exports both.
/// </summary>
public static class Telemetry
{
    public const string MeterName = "K8sMediaFlow.Kubernetes";

    /// <summary>Of reconciles and requests.</summary>
    public const string ActivitySourceName = MeterName;

    private static readonly ActivitySource Source = new(ActivitySourceName);
    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("api_requests",
        description: "Answers of the API server, by verb, resource and code.");
    private static readonly Counter<long> Restarts = Meter.CreateCounter<long>("watch_restarts",
        description: "Watches opened again, by resource and cause.");
    private static readonly Counter<long> Lists = Meter.CreateCounter<long>("watch_lists", description: "Whole lists taken, by resource.");

    /// <summary>One reconcile; null where no one listens.</summary>
    internal static Activity? Reconcile<TKey>(string loop, TKey key)
        where TKey : notnull => Source.StartActivity($"reconcile {loop}")?.SetTag("k8smediaflow.key", key.ToString());

    /// <summary>One request, with its repetitions; null where no one listens.</summary>
    internal static Activity? Call(ApiCall call) =>
        Source.StartActivity($"{call.Verb} {call.Resource}", ActivityKind.Client)?.SetTag("k8smediaflow.target", call.Target);

    internal static void Request(ApiCall call, HttpStatusCode code) =>
        Requests.Add(1, new("verb", call.Verb), new("resource", call.Resource), new KeyValuePair<string, object?>("code", (int)code));

    internal static void WatchRestart(string resource, string cause) =>
        Restarts.Add(1, new("resource", resource), new KeyValuePair<string, object?>("cause", cause));

    internal static void Listed(string resource) => Lists.Add(1, new KeyValuePair<string, object?>("resource", resource));
}
