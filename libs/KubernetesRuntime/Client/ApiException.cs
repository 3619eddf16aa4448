using System.Net;
using k8s.Models;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>Reasons of a failed request: the server's own words, and ours where no answer of the server could be read.</summary>
public static class ApiReason
{
    public const string NotFound = "NotFound", AlreadyExists = "AlreadyExists", Conflict = "Conflict", Invalid = "Invalid",
        Forbidden = "Forbidden";
    public const string Unauthorized = "Unauthorized", Gone = "Gone", Expired = "Expired", TooManyRequests = "TooManyRequests";

    /// <summary>No connection, or it broke: whether the request was carried out is not known.</summary>
    public const string Unreachable = "Unreachable";

    /// <summary>No answer in time: whether the request was carried out is not known.</summary>
    public const string NoAnswer = "NoAnswer";

    /// <summary>A watch that said nothing for longer than a living one can.</summary>
    public const string Silent = "Silent";

    /// <summary>An answer that is not what the API promises.</summary>
    public const string Unreadable = "Unreadable";
}

/// <summary>A request to the API server that failed. The message names verb, resource, object and reason.</summary>
public sealed class ApiException : Exception
{
    internal ApiException(ApiCall call, HttpStatusCode? code, string reason, string message, V1Status? status = null,
        Exception? cause = null)
        : base($"{call.Verb} {call.Resource}{(call.Target.Length > 0 ? " " + call.Target : "")}: {reason}{(code is { } number ? $" ({(int)number})" : "")}: {message}", cause)
    {
        (Verb, Resource, Target, Code, Reason, Status) = (call.Verb, call.Resource, call.Target, code, reason, status);
    }

    public string Verb { get; }

    /// <summary>Plural and group, for example leases.coordination.k8s.io.</summary>
    public string Resource { get; }

    /// <summary>Namespace and name; the namespace alone for a collection; empty for all namespaces.</summary>
    public string Target { get; }

    /// <summary>Null when no answer came.</summary>
    public HttpStatusCode? Code { get; }

    /// <summary>One of <see cref="ApiReason"/> or another of the server's.</summary>
    public string Reason { get; }

    /// <summary>The server's own account, where it gave one.</summary>
    public V1Status? Status { get; }

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    public bool IsConflict => Code == HttpStatusCode.Conflict && Reason != ApiReason.AlreadyExists;

    public bool IsAlreadyExists => Code == HttpStatusCode.Conflict && Reason == ApiReason.AlreadyExists;

    /// <summary>The point in time that a list or watch named is no longer kept: list anew.</summary>
    public bool IsGone => Code == HttpStatusCode.Gone || Reason is ApiReason.Gone or ApiReason.Expired;
}
