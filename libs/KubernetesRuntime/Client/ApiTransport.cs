using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using k8s.Autorest;
using k8s.Models;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>
/// Sends requests and turns every failure into an <see cref="ApiException"/>. Repeats only what the server has said it did not do: put off
/// with Retry-After, or refused with a credential that has changed since. What is in doubt (a broken connection) is the caller's to repeat.
/// With a fence it is for a leader's writes alone.
/// </summary>
internal sealed class ApiTransport(ClusterConnection cluster, ClientOptions options, IWriteFence? fence = null) : IDisposable
{
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(10);

    private readonly HttpConnections _connections = new(cluster, options, fence);
    private readonly SemaphoreSlim _slots = new(options.ConcurrentRequestsMax);

    /// <summary>The answer to a short request, read by <paramref name="read"/> within the request's time.</summary>
    public async Task<TResult> SendAsync<TResult>(ApiCall call, Func<Stream, CancellationToken, Task<TResult>> read,
        CancellationToken cancel)
    {
        using var activity = Telemetry.Call(call);
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
            activity?.SetStatus(ActivityStatusCode.Error, better.Message);
            throw better;
        }
    }

    /// <summary>
    /// An answer whose body is still to come: for watches. Failures of the opening are translated, those of the reading are the caller's.
    /// </summary>
    public async Task<HttpResponseMessage> OpenAsync(ApiCall call, CancellationToken cancel)
    {
        var (refused, distrusted) = (false, false);
        for (var attempt = 0; ; attempt++)
        {
            fence?.Demand();
            var credential = await cluster.Credentials.GetAsync(cancel);
            try
            {
                var response = await _connections.For(credential.Certificate).SendAsync(call, cancel);
                Telemetry.Request(call, response.StatusCode);
                return response;
            }
            catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError && !distrusted
                && _connections.Distrusted())
            {
                distrusted = true;
            }
            catch (HttpOperationException refusal)
            {
                Telemetry.Request(call, refusal.Response.StatusCode);
                if (refusal.Response.StatusCode == HttpStatusCode.Unauthorized && !refused)
                {
                    refused = true;
                    cluster.Credentials.Refused(credential);
                    if (!ReferenceEquals(credential, await cluster.Credentials.GetAsync(cancel)))
                        continue;
                }
                var error = Error(call, refusal.Response);
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
            OperationCanceledException =>
                new ApiException(call, null, ApiReason.NoAnswer, "the server did not answer in time", cause: error),
            HttpRequestException or IOException =>
                new ApiException(call, null, ApiReason.Unreachable, Deepest(error).Message, cause: error),
            JsonException => new ApiException(call, null, ApiReason.Unreadable, error.Message, cause: error),
            _ => null,
        };
    }

    public void Dispose()
    {
        _connections.Dispose();
        _slots.Dispose();
    }

    private static ApiException Error(ApiCall call, HttpResponseMessageWrapper response)
    {
        var (text, status) = (response.Content, ReadStatus(response.Content));
        var reason = status?.Reason is { Length: > 0 } given ? given : response.StatusCode.ToString();
        var message = status?.Message is { Length: > 0 } said ? said : text.Length is > 0 and < 500 ? text.Trim() : "no explanation";
        return new(call, response.StatusCode, reason, message, status) { RetryAfter = RetryAfter(response) };
    }

    /// <summary>
    /// Only where the header says so: details.retryAfterSeconds alone is also in answers to requests that were carried out in part.
    /// </summary>
    private static TimeSpan? RetryAfter(HttpResponseMessageWrapper response) =>
        (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
            && response.Headers.TryGetValue("Retry-After", out var values) &&
            RetryConditionHeaderValue.TryParse(values.FirstOrDefault(), out var condition) ? condition.Delta : null;

    private static V1Status? ReadStatus(string text)
    {
        try
        {
            return text.StartsWith('{') ? JsonSerializer.Deserialize(text, KubernetesJson.Default.V1Status) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Exception Deepest(Exception error) => error.InnerException is { } inner ? Deepest(inner) : error;
}
