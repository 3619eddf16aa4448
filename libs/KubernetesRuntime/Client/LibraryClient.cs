using System.Net;
using System.Net.Http.Headers;
using k8s;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>
/// The package's client, for what it does well: it knows address and name of the server, shows the token, and turns refusals into
/// exceptions that hold the whole answer. Its operations, watcher and elector are not used: docs/decisions/0030.
/// </summary>
internal sealed class LibraryClient : k8s.Kubernetes
{
    private readonly WholeRefusals _handlers;

    public LibraryClient(KubernetesClientConfiguration configuration)
        : this(configuration, new())
    {
    }

    private LibraryClient(KubernetesClientConfiguration configuration, WholeRefusals handlers)
        : base(configuration, handlers)
    {
        _handlers = handlers;
        HttpClient.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    /// <summary>The answer as soon as its headers are here.</summary>
    /// <exception cref="k8s.Autorest.HttpOperationException">The server refused.</exception>
    public Task<HttpResponseMessage> SendAsync(ApiCall call, CancellationToken cancel)
    {
        // Without TLS there is no agreeing on a version, and 1.1 is spoken: only test servers are spoken to that way.
        var request = new HttpRequestMessage(call.Method, new Uri(BaseUri, call.PathAndQuery[1..])) { Version = HttpVersion.Version20 };
        if (call.Body is { } body)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(call.ContentType) } };
        return SendRequestRaw("", request, cancel);
    }

    /// <summary>
    /// Closes the connections. After the package's own way a request that begins at the same time would meet a null reference.
    /// </summary>
#pragma warning disable CA2215 // See above.
    protected override void Dispose(bool disposing)
#pragma warning restore CA2215
    {
        if (disposing)
            _handlers.Dispose();
    }

    /// <summary>
    /// The package reads the text of a refusal without a bound: here it has come, in the request's time and a size, before that.
    /// </summary>
    private sealed class WholeRefusals : DelegatingHandler
    {
        private const int BytesMax = 1 << 20;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
                await response.Content.LoadIntoBufferAsync(BytesMax, cancellationToken);
            return response;
        }
    }
}
