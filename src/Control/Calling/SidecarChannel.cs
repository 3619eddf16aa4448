using System.Diagnostics;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using K8sMediaFlow.Control.Telemetry;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Control.Calling;

/// <summary>
/// The connection to one sidecar. Every failure is a <see cref="ControlException"/>, every wait ends by a deadline, and the sidecar's
/// certificate must carry one of the expected identities.
/// </summary>
internal sealed class SidecarChannel : IDisposable
{
    /// <summary>What a server of this library says when the deadline that it was told has passed.</summary>
    private const string DeadlinePassed = "Deadline Exceeded";

    private readonly ControlClientOptions _options;
    private readonly HttpClient _http;
    private readonly GrpcChannel _channel;
    private readonly GrowingDeadline _deadlines = new();
    private string _refusal = "";

    public SidecarChannel(ControlClientOptions options)
    {
        _options = options;
        _http = new HttpClient(Handler(), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        _channel = GrpcChannel.ForAddress($"https://{options.Sidecar}", new GrpcChannelOptions
        {
            // Not a handler: the channel would keep connections itself, and would wait a second and more after one that failed.
            HttpClient = _http,
            MaxReceiveMessageSize = ControlApi.MessageMaxBytes,
            CompressionProviders = [],
        });
        Invoker = _channel.CreateCallInvoker();
    }

    public CallInvoker Invoker { get; }

    /// <summary>One question and its answer.</summary>
    /// <param name="method">Its name, for traces.</param>
    /// <param name="start">Begins the call.</param>
    /// <param name="deadline">For the whole of it, of a sidecar that has answered in time so far.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task<T> AskAsync<T>(string method, Func<CallOptions, AsyncUnaryCall<T>> start, TimeSpan deadline,
        CancellationToken cancellation)
    {
        using var activity = CallActivities.Called(method, _options.Sidecar.ToString());
        using var call = start(new CallOptions(CallActivities.Headers(activity), deadline: DateTime.UtcNow + _deadlines.Of(deadline),
            cancellationToken: cancellation));
        try
        {
            var answer = await call;
            _deadlines.Answered();
            return answer;
        }
        catch (RpcException error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Status.Detail);
            throw Translate(error, isSilent: false, cancellation);
        }
    }

    /// <summary>Messages until the server ends the call. Ends with an error when none comes for <paramref name="silenceMax"/>.</summary>
    public async IAsyncEnumerable<T> ListenAsync<T>(
        Func<CallOptions, AsyncServerStreamingCall<T>> start, TimeSpan silenceMax, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(_deadlines.Of(silenceMax));
        using var call = start(new CallOptions(cancellationToken: bounded.Token));
        while (await NextAsync(call.ResponseStream, bounded, cancellation))
        {
            // What the reader takes for one message is not the sidecar's silence.
            bounded.CancelAfter(Timeout.InfiniteTimeSpan);
            _deadlines.Answered();
            yield return call.ResponseStream.Current;
            bounded.CancelAfter(silenceMax);
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _http.Dispose();
    }

    internal SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        // It would put a span of its own, which is not exported, between the two of a call.
        ActivityHeadersPropagator = null,
        // A handshake takes a sidecar that is starved longer than any other answer, and one that is broken off is begun again.
        ConnectTimeout = TimeSpan.FromSeconds(15),
        // A peer whose host is gone, or that is stopped, ends the stream here and not at some TCP timeout.
        KeepAlivePingDelay = TimeSpan.FromSeconds(5),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        SslOptions = new SslClientAuthenticationOptions
        {
            LocalCertificateSelectionCallback = (_, _, _, _, _) => _options.Identity().Certificate,
            RemoteCertificateValidationCallback =
                IdentityChecks.Callback(() => _options.Identity().Authorities, _options.Expected,
                    reason => Volatile.Write(ref _refusal, reason)),
        },
    };

    private async Task<bool> NextAsync<T>(IAsyncStreamReader<T> messages, CancellationTokenSource bounded, CancellationToken callers)
    {
        try
        {
            return await messages.MoveNext(CancellationToken.None);
        }
        catch (RpcException error)
        {
            throw Translate(error, bounded.IsCancellationRequested, callers);
        }
    }

    private Exception Translate(RpcException error, bool isSilent, CancellationToken callers)
    {
        var broken = Broken(error.Status.DebugException);
        if (callers.IsCancellationRequested && (error.StatusCode == StatusCode.Cancelled || broken is not null))
            return new OperationCanceledException(error.Message, error, callers);
        var isLate = isSilent || error is { StatusCode: StatusCode.DeadlineExceeded, Status.Detail: "" or DeadlinePassed };
        if (isLate || broken is OperationCanceledException)
            _deadlines.RanOut();
        if (isLate)
            return new ControlException(StatusCode.DeadlineExceeded, $"{_options.Sidecar} did not answer in time", error);
        return broken is not null
            ? new ControlException(StatusCode.Unavailable, $"{_options.Sidecar} cannot be reached: {Reason(broken)}", error)
            : new ControlException(error.StatusCode,
                error.Status.Detail is { Length: > 0 } said ? said : $"{_options.Sidecar} answered {error.StatusCode}",
                error);
    }

    /// <summary>
    /// What broke the connection, or kept it from being made in time (the handler cancels then, and the library calls that Cancelled); null
    /// where the sidecar answered, be it with what cannot be read.
    /// </summary>
    private static Exception? Broken(Exception? cause) =>
        cause is (HttpRequestException or IOException or AuthenticationException or OperationCanceledException)
        and not InvalidProtocolBufferException ? cause : null;

    private string Reason(Exception error)
    {
        var refusal = Interlocked.Exchange(ref _refusal, "");
        return refusal.Length > 0 ? refusal : error.GetBaseException().Message;
    }
}
