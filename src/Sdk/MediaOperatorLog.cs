using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sdk;

/// <summary>What an operator says in its life. Frames are counted, not logged.</summary>
internal static partial class MediaOperatorLog
{
    public static ILogger Create(ILoggerFactory? factory) =>
        factory?.CreateLogger(typeof(MediaOperator).FullName!) ?? NullLogger.Instance;

    [LoggerMessage(1, LogLevel.Information, "{Name}/{Replica} is attached to the sidecar at {SocketPath}")]
    public static partial void Attached(this ILogger log, string name, int replica, string socketPath);

    [LoggerMessage(2, LogLevel.Debug, "{Name}/{Replica} is not attached yet: {Why}")]
    public static partial void NotAttachedYet(this ILogger log, string name, int replica, string why);

    [LoggerMessage(3, LogLevel.Warning, "{Name}/{Replica} has lost its sidecar and attaches again; what was sent is kept")]
    public static partial void SidecarLost(this ILogger log, string name, int replica);

    [LoggerMessage(4, LogLevel.Information, "{Name}/{Replica} was asked to end")]
    public static partial void StopAsked(this ILogger log, string name, int replica);

    [LoggerMessage(5, LogLevel.Error, "{Name}/{Replica} has failed: {Reason}")]
    public static partial void Failed(this ILogger log, string name, int replica, string reason);

    [LoggerMessage(6, LogLevel.Information, "{Name}/{Replica} has completed")]
    public static partial void Completed(this ILogger log, string name, int replica);

    [LoggerMessage(7, LogLevel.Information, "{Name}/{Replica} was disposed before its streams had ended")]
    public static partial void Abandoned(this ILogger log, string name, int replica);

    [LoggerMessage(8, LogLevel.Warning, "{Name}/{Replica} has waited {Seconds} s for the sidecar at {SocketPath}: {Why}")]
    public static partial void StillWaiting(this ILogger log, string name, int replica, string socketPath, int seconds, string why);
}
