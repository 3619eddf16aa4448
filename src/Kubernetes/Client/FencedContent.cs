using System.Net;
using System.Net.Http.Headers;

namespace K8sMediaFlow.Kubernetes.Client;

/// <summary>
/// A body that asks the fence again when its first byte is about to leave. Between the decision to write and that moment lie credentials, a
/// free connection and a TLS handshake: time enough for SIGSTOP and a take-over. The server acts only on a whole body.
/// </summary>
internal sealed class FencedContent : HttpContent
{
    private readonly byte[] _body;
    private readonly IWriteFence? _fence;

    public FencedContent(byte[] body, string contentType, IWriteFence? fence)
    {
        (_body, _fence) = (body, fence);
        Headers.ContentType = new MediaTypeHeaderValue(contentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _fence?.Demand();
        await stream.WriteAsync(_body, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
