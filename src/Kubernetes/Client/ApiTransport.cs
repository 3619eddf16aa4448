using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using K8sMediaFlow.Kubernetes.Connection;
using K8sMediaFlow.Kubernetes.Objects;

namespace K8sMediaFlow.Kubernetes.Client;

/// <summary>
/// Sends requests and turns every failure into an <see cref="ApiException"/>. Repeats only what the server has said it did not do: put off
/// with Retry-After, or refused with a credential that has changed since. What is in doubt (a broken connection) is the caller's to repeat. With a
/// fence it is for a leader's writes alone.
/// </summary>
internal sealed class ApiTransport(ClusterConnection cluster, ClientOptions options, IWriteFence? fence = null) : IDisposable
{
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(10);

    private readonly HttpConnections _connections = new(cluster, options, fence);
    private readonly SemaphoreSlim _slots = new(options.ConcurrentRequestsMax);

    /// <summary>The answer to a short request, read by <paramref name="read"/> within the request's time.</summary>
    public async Task<TResult> SendAsync<TResult>(ApiCall call, Func<Stream, CancellationToken, Task<TResult>> read, CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel, fence?.Lost ?? default);
        bounded.CancelAfter(options.RequestTimeout);
        try
        {
            await _slots.WaitAsync(bounded.Token);
            try
            {
                using var response = await OpenAsync(call, bounded.Token);
                await using var stream = await response.Content.ReadAsStreamAsync(bounded.Token);
                return await read(stream, bounded.Token);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (Exception error) when (Translate(call, fence, error, cancel) is { } better)
        {
            throw better;
        }
    }

    /// <summary>An answer whose body is still to come: for watches. Failures of the opening are translated, those of the reading are the caller's.</summary>
    public async Task<HttpResponseMessage> OpenAsync(ApiCall call, CancellationToken cancel)
    {
        var (refused, distrusted) = (false, false);
        for (var attempt = 0; ; attempt++)
        {
            fence?.Demand();
            var credential = await cluster.Credentials.GetAsync(cancel);
            HttpResponseMessage response;
            try
            {
                response = await _connections.For(credential.Certificate).SendAsync(Request(call, credential), cancel);
            }
            catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError && !distrusted && _connections.Distrusted())
            {
                distrusted = true;
                continue;
            }
            Telemetry.Request(call, response.StatusCode);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && !refused)
                {
                    refused = true;
                    cluster.Credentials.Refused(credential);
                    if (!ReferenceEquals(credential, await cluster.Credentials.GetAsync(cancel)))
                        continue;
                }
                var error = await ErrorAsync(call, response, cancel);
                if (error.RetryAfter is not { } wait || wait > RetryAfterMax || attempt >= options.RetriesMax)
                    throw error;
                await Task.Delay(wait + (Random.Shared.NextDouble() * TimeSpan.FromMilliseconds(200)), cancel);
            }
        }
    }

    /// <summary>What the failure of a request means, or null where it is already said or is the caller's own cancellation.</summary>
    public static Exception? Translate(ApiCall call, IWriteFence? fence, Exception error, CancellationToken cancel)
    {
        if (error is ApiException or WriteRefusedException or ConnectionException || cancel.IsCancellationRequested)
            return null;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is WriteRefusedException)
                return new WriteRefusedException(cause.Message);
        }
        return error switch
        {
            OperationCanceledException when fence is { Lost.IsCancellationRequested: true } =>
                new WriteRefusedException($"{call.Verb} {call.Resource} {call.Target}: leadership ended while the request was under way"),
            OperationCanceledException => new ApiException(call, null, ApiReason.NoAnswer, "the server did not answer in time", cause: error),
            HttpRequestException or IOException => new ApiException(call, null, ApiReason.Unreachable, Deepest(error).Message, cause: error),
            JsonException => new ApiException(call, null, ApiReason.Unreadable, error.Message, cause: error),
            _ => null,
        };
    }

    public void Dispose()
    {
        _connections.Dispose();
        _slots.Dispose();
    }

    private HttpRequestMessage Request(ApiCall call, Credential credential)
    {
        var request = new HttpRequestMessage(call.Method, new Uri(cluster.Server.ToString().TrimEnd('/') + call.PathAndQuery))
        {
            // Without TLS there is no agreeing on a version: only test servers are spoken to that way.
            Version = cluster.Server.Scheme == "https" ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // The handler takes the name for TLS from here and from nowhere else: a target host in its TLS options is overwritten.
        request.Headers.Host = cluster.TlsServerName;
        request.Headers.UserAgent.ParseAdd(options.UserAgent);
        request.Headers.Accept.ParseAdd("application/json");
        if (credential.BearerToken is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (call.Body is { } body)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(call.ContentType) } };
        return request;
    }

    private static async Task<ApiException> ErrorAsync(ApiCall call, HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await response.Content.ReadAsStringAsync(cancel);
        var status = ReadStatus(text);
        var reason = status?.Reason is { Length: > 0 } given ? given : response.StatusCode.ToString();
        var message = status?.Message is { Length: > 0 } said ? said : text.Length is > 0 and < 500 ? text.Trim() : "no explanation";
        return new(call, response.StatusCode, reason, message, status) { RetryAfter = RetryAfter(response) };
    }

    /// <summary>Only where the header says so: details.retryAfterSeconds alone also stands in answers to requests that were carried out in part.</summary>
    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter?.Delta is { } wait && (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500) ? wait : null;

    private static Status? ReadStatus(string text)
    {
        try
        {
            return text.StartsWith('{') ? JsonSerializer.Deserialize(text, KubernetesJson.Default.Status) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Exception Deepest(Exception error) => error.InnerException is { } inner ? Deepest(inner) : error;
}
