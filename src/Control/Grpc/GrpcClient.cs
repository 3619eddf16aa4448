using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Google.Protobuf;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Control.Grpc;

/// <param name="Expected">Identities of which the server's certificate must carry one.</param>
internal sealed record GrpcClientOptions(
    IPEndPoint Server, Func<TlsIdentity> Identity, IReadOnlyCollection<string> Expected, int MessageMaxBytes);

/// <summary>gRPC on the wire, over HttpClient. Every failure is a <see cref="ControlException"/>; every wait ends by a deadline.</summary>
internal sealed class GrpcClient : IDisposable
{
    private readonly GrpcClientOptions _options;
    private readonly HttpClient _http;
    private string _refusal = "";

    public GrpcClient(GrpcClientOptions options)
    {
        _options = options;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // A peer whose host is gone, or that is stopped, ends the stream here and not at some TCP timeout.
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            SslOptions = Handshake(),
        };
        _http = new HttpClient(handler, disposeHandler: true)
        {
            BaseAddress = new Uri($"https://{options.Server}"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<TResponse> UnaryAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, TimeSpan deadline, CancellationToken cancellation)
        where TResponse : class, IMessage<TResponse>
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A little later than what the server is told, so that its own answer wins.
        bounded.CancelAfter(deadline + TimeSpan.FromMilliseconds(250));
        TResponse? only = null;
        await foreach (var message in TranslateAsync(CallAsync(path, request, parser, deadline, bounded.Token), cancellation))
            only = message;
        return only ?? throw new ControlException(GrpcStatus.Internal, $"{path} answered without a message");
    }

    /// <summary>Messages until the server ends the call. Ends with an error when none comes for <paramref name="silenceMax"/>.</summary>
    public async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, TimeSpan silenceMax, [EnumeratorCancellation] CancellationToken cancellation)
        where TResponse : class, IMessage<TResponse>
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(silenceMax);
        await foreach (var message in TranslateAsync(CallAsync(path, request, parser, null, bounded.Token), cancellation))
        {
            bounded.CancelAfter(silenceMax);
            yield return message;
        }
    }

    public void Dispose() => _http.Dispose();

    private SslClientAuthenticationOptions Handshake() => new()
    {
        LocalCertificateSelectionCallback = (_, _, _, _, _) => _options.Identity().Certificate,
        RemoteCertificateValidationCallback =
            IdentityChecks.Callback(() => _options.Identity().Authorities, _options.Expected, reason => Volatile.Write(ref _refusal, reason)),
    };

    private async IAsyncEnumerable<TResponse> CallAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, TimeSpan? deadline, [EnumeratorCancellation] CancellationToken cancellation)
        where TResponse : class, IMessage<TResponse>
    {
        using var message = Request(path, request, deadline);
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new ControlException(GrpcStatus.Unknown, $"{path}: HTTP status {(int)response.StatusCode}");
        var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellation));
        while (await GrpcFraming.ReadAsync(reader, parser, _options.MessageMaxBytes, cancellation) is { } answer)
            yield return answer;
        await reader.CompleteAsync();
        ThrowUnlessOk(path, response);
    }

    private static HttpRequestMessage Request(string path, IMessage request, TimeSpan? deadline)
    {
        var content = new ByteArrayContent(GrpcFraming.Encode(request));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var message = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (deadline is { } limit)
            message.Headers.Add(GrpcTimeout.Header, GrpcTimeout.Format(limit));
        return message;
    }

    private static void ThrowUnlessOk(string path, HttpResponseMessage response)
    {
        var text = Trailer(response, "grpc-status");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new ControlException(GrpcStatus.Unknown, $"{path}: the answer carries no grpc-status");
        if (status != (int)GrpcStatus.OK)
            throw new ControlException((GrpcStatus)status, GrpcMessageText.Decode(Trailer(response, "grpc-message") ?? ""));
    }

    /// <summary>A call that fails before any message may carry its status in the headers.</summary>
    private static string? Trailer(HttpResponseMessage response, string name)
        => response.TrailingHeaders.TryGetValues(name, out var trailers) || response.Headers.TryGetValues(name, out trailers)
            ? trailers.FirstOrDefault()
            : null;

    private async IAsyncEnumerable<T> TranslateAsync<T>(IAsyncEnumerable<T> messages, [EnumeratorCancellation] CancellationToken callers)
    {
        await using var enumerator = messages.GetAsyncEnumerator(CancellationToken.None);
        while (await NextAsync(enumerator, callers))
            yield return enumerator.Current;
    }

    private async Task<bool> NextAsync<T>(IAsyncEnumerator<T> messages, CancellationToken callers)
    {
        try
        {
            return await messages.MoveNextAsync();
        }
        catch (OperationCanceledException) when (!callers.IsCancellationRequested)
        {
            throw new ControlException(GrpcStatus.DeadlineExceeded, $"{_options.Server} did not answer in time");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or AuthenticationException)
        {
            throw new ControlException(GrpcStatus.Unavailable, $"{_options.Server} cannot be reached: {Reason(error)}", error);
        }
    }

    private string Reason(Exception error)
    {
        var refusal = Interlocked.Exchange(ref _refusal, "");
        return refusal.Length > 0 ? refusal : error.GetBaseException().Message;
    }
}
