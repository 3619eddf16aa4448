using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Webhooks;

/// <summary>Serves the validating webhook over HTTPS with the controller's own certificate, as it is at each handshake.</summary>
internal static class WebhookServer
{
    public const string Path = "/validate/mediapipelines";
    private const long ReviewBytesMax = 8 << 20;

    public static WebApplication Build(IPEndPoint address, Func<X509Certificate2?> certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = ReviewBytesMax;
            kestrel.Listen(address, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate()));
        });
        var app = builder.Build();
        app.MapPost(Path, AnswerAsync);
        return app;
    }

    private static async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancel)
    {
        try
        {
            var review = await JsonNode.ParseAsync(request.Body, cancellationToken: cancel);
            return PipelineAdmission.Review(review) is { } answer
                ? Results.Text(answer.ToJsonString(), "application/json")
                : Results.Text("this is no AdmissionReview\n", statusCode: StatusCodes.Status400BadRequest);
        }
        catch (JsonException wrong)
        {
            return Results.Text(wrong.Message + "\n", statusCode: StatusCodes.Status400BadRequest);
        }
    }
}
