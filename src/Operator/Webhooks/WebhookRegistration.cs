using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Webhooks;

/// <summary>Tells the API server whose certificate the webhook shows. Everything else of the configuration is the chart's.</summary>
internal static class WebhookRegistration
{
    /// <summary>The name of the webhook in the configuration.</summary>
    public const string Name = "mediapipelines.k8smediaflow.io";

    private static readonly ResourceType<CustomObject> Configurations =
        Resources.Custom("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration",
            namespaced: false);

    public static Task ApplyAsync(ApiClient client, string configuration, string authoritiesPem, CancellationToken cancel) =>
        client.For(Configurations).ApplyAsync(new JsonObject
        {
            ["apiVersion"] = Configurations.ApiVersion,
            ["kind"] = Configurations.Kind,
            ["metadata"] = new JsonObject { ["name"] = configuration },
            ["webhooks"] = new JsonArray(new JsonObject
            {
                ["name"] = Name,
                ["clientConfig"] = new JsonObject { ["caBundle"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authoritiesPem)) },
            }),
        }, "k8smediaflow-webhook", force: true, cancel: cancel);
}
