using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace K8sMediaFlow.Control.Grpc;

/// <summary>One call at the server.</summary>
internal sealed class GrpcCall(HttpContext context, int messageMaxBytes, CancellationToken cancellation)
{
    /// <summary>Cancelled when the caller goes, its deadline passes or the server stops.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The caller's certificate, its chain already checked.</summary>
    public X509Certificate2? PeerCertificate => context.Connection.ClientCertificate;

    /// <summary>The caller's only message.</summary>
    public async Task<T> ReadOnlyMessageAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        PipeReader reader = context.Request.BodyReader;
        var message = await GrpcFraming.ReadAsync(reader, parser, messageMaxBytes, Cancellation)
            ?? throw new ControlException(GrpcStatus.InvalidArgument, "the call carries no message");
        if (await GrpcFraming.ReadAsync(reader, parser, messageMaxBytes, Cancellation) is not null)
            throw new ControlException(GrpcStatus.InvalidArgument, "the call carries more than one message");
        return message;
    }

    public async Task WriteAsync(IMessage message)
    {
        await context.Response.Body.WriteAsync(GrpcFraming.Encode(message), Cancellation);
        await context.Response.Body.FlushAsync(Cancellation);
    }
}
