using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Tests.Server;
using K8sMediaFlow.Operator.Webhooks;

namespace K8sMediaFlow.Operator.Tests.Webhooks;

public class AdmissionTests
{
    [Fact]
    public void A_sound_pipeline_is_let_in()
    {
        var answer = PipelineAdmission.Review(Review(Pipelines.Live))!;
        ((string?)answer["apiVersion"], (string?)answer["response"]!["uid"], (bool)answer["response"]!["allowed"]!)
            .ShouldBe(("admission.k8s.io/v1", "review-1", true));
    }

    [Fact]
    public void A_broken_rule_is_refused_in_the_rules_own_words()
    {
        var answer = PipelineAdmission.Review(Review(Pipelines.Pair,
            document => document["spec"]!["edges"]![0]!["from"] = "source.sound"))!["response"]!;
        ((bool)answer["allowed"]!).ShouldBeFalse();
        ((string)answer["status"]!["message"]!).ShouldContain("sound");
        ((int)answer["status"]!["code"]!, (string)answer["status"]!["reason"]!)
            .ShouldBe((400, "BadRequest"), "kubectl keeps the message of Invalid to itself");
    }

    [Fact]
    public void A_misspelled_field_is_refused_by_its_place() =>
        ((string)PipelineAdmission.Review(Review(Pipelines.Pair,
            document => document["spec"]!["edge"] = new JsonArray()))!["response"]!["status"]!["message"]!).ShouldContain("spec.edge");

    [Theory]
    [InlineData("DELETE")]
    [InlineData("CONNECT")]
    public void What_stores_nothing_is_let_through(string operation)
    {
        var review = Review(Pipelines.Pair, document => document["spec"] = "nonsense");
        review["request"]!["operation"] = operation;
        ((bool)PipelineAdmission.Review(review)!["response"]!["allowed"]!).ShouldBeTrue();
    }

    [Fact]
    public void A_pipeline_that_is_being_deleted_is_let_go_however_it_is() =>
        ((bool)PipelineAdmission.Review(Review(Pipelines.Pair, document =>
        {
            document["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
            document["spec"]!.AsObject().Remove("operators");
        }))!["response"]!["allowed"]!).ShouldBeTrue();

    [Fact]
    public void What_may_not_be_meant_is_let_in_with_a_warning()
    {
        var answer = PipelineAdmission.Review(Review(Pipelines.Live,
            document => document["spec"]!["edges"]![1]!.AsObject().Remove("order")))!["response"]!;
        ((bool)answer["allowed"]!).ShouldBeTrue();
        answer["warnings"]!.AsArray().Count.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("""{"image": "registry.example/media:2"}""", "pod pair-source-0 will be replaced: operators[source].image")]
    [InlineData("""{"podMetadata": {"labels": {"team": "sport"}}}""", "")]
    [InlineData("{}", "")]
    public void A_change_says_which_pods_it_replaces_and_why(string patch, string warning)
    {
        var warnings = Warnings(Changed(JsonNode.Parse(Pipelines.Pair)!.AsObject(), document =>
        {
            foreach (var (field, value) in JsonNode.Parse(patch)!.AsObject())
                document["spec"]!["operators"]![0]![field] = value!.DeepClone();
        }));
        warnings.ShouldBe(warning.Length > 0 ? [warning] : []);
    }

    [Fact]
    public void A_change_that_needs_more_memory_for_frames_says_how_much()
    {
        var warnings = Warnings(Changed(JsonNode.Parse(Pipelines.Pair)!.AsObject(),
            document => document["spec"]!["operators"]![0]!["outputs"]![0]!["caps"]!["video"]!["width"] = 4096));
        warnings.Count.ShouldBe(2);
        warnings.ShouldAllBe(one => one.EndsWith(" MiB more", StringComparison.Ordinal));
        warnings[0].ShouldStartWith("pod pair-source-0 will be replaced: edges[source.video->sink.video].caps; its frames need ");
    }

    [Fact]
    public void A_change_of_many_pods_names_some_and_counts_the_rest()
    {
        var many = JsonNode.Parse(Pipelines.Pair)!.AsObject();
        many["spec"]!["operators"]![1]!["replicas"] = 20;
        var warnings = Warnings(Changed(many, document => document["spec"]!["operators"]![1]!["image"] = "registry.example/media:2"));
        (warnings.Count, warnings[^1]).ShouldBe((9, "12 more pods will be replaced"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("""{"spec": 7}""")]
    public void What_was_stored_and_never_ran_says_nothing_about_a_change(string old)
    {
        var review = Review(Pipelines.Pair);
        (review["request"]!["operation"], review["request"]!["oldObject"]) = ("UPDATE", JsonNode.Parse(old));
        var answer = PipelineAdmission.Review(review)!["response"]!;
        ((bool)answer["allowed"]!, answer["warnings"]).ShouldBe((true, null));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"request": {}}""")]
    [InlineData("""{"request": {"uid": "u", "operation": 7}}""")]
    public void What_is_no_review_gets_no_verdict(string body)
    {
        var answer = Should.NotThrow(() => PipelineAdmission.Review(JsonNode.Parse(body)));
        (answer is null || (bool)answer["response"]!["allowed"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task It_is_served_over_HTTPS_with_a_certificate_for_the_Services_name()
    {
        var authority = AuthorityState.Advance(null, CertificateTimes.Default, DateTimeOffset.UtcNow);
        var certificate = new ControllerCertificate(() => authority, CertificateTimes.Default, ["hook.system.svc"], TimeProvider.System);
        var port = RunningController.FreePort();
        await using var server = WebhookServer.Build(new(System.Net.IPAddress.Loopback, port), () => certificate.Current?.Certificate);
        await server.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancel) => ConnectAsync(port, cancel),
            SslOptions = Trusting(authority),
        });
        using var answer = await http.PostAsync(new Uri("https://hook.system.svc" + WebhookServer.Path),
            new StringContent(Review(Pipelines.Pair).ToJsonString(), Encoding.UTF8, "application/json"));
        ((bool)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["response"]!["allowed"]!).ShouldBeTrue();
        using var nonsense = await http.PostAsync(new Uri("https://hook.system.svc" + WebhookServer.Path),
            new StringContent("nonsense", Encoding.UTF8, "application/json"));
        ((int)nonsense.StatusCode).ShouldBe(400);
    }

    private static SslClientAuthenticationOptions Trusting(AuthorityState authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(authority.Bundle);
        return new() { CertificateChainPolicy = policy };
    }

    private static async ValueTask<Stream> ConnectAsync(int port, CancellationToken cancel)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, port, cancel);
        return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
    }

    private static List<string> Warnings(JsonObject review) =>
        [.. (PipelineAdmission.Review(review)!["response"]!["warnings"]?.AsArray() ?? []).Select(one => (string)one!)];

    private static JsonObject Changed(JsonObject old, Action<JsonObject> change)
    {
        var review = Review(old.ToJsonString(), change);
        (review["request"]!["operation"], review["request"]!["oldObject"]) = ("UPDATE", old);
        return review;
    }

    private static JsonObject Review(string pipeline, Action<JsonObject>? change = null)
    {
        var document = JsonNode.Parse(pipeline)!.AsObject();
        change?.Invoke(document);
        return new()
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new JsonObject { ["uid"] = "review-1", ["operation"] = "CREATE", ["object"] = document },
        };
    }
}
