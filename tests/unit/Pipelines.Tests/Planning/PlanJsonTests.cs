using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

public sealed class PlanJsonTests
{
    [Fact]
    public void A_plan_survives_writing_and_reading()
    {
        var bytes = PlanJson.Write(PlanSamples.Studio());
        PlanJson.TryParse(bytes, out var plan, out var error).ShouldBeTrue(error);
        PlanJson.Write(plan!).ShouldBe(bytes);
        plan!.Edges[0].Caps.Video!.FrameRate.ToString().ShouldBe("30000/1001");
    }

    /// <summary>Null is not written, so whatever may be null may be missing.</summary>
    [Fact]
    public void What_may_be_null_in_a_plan_may_be_missing()
    {
        var required = PartsOf(typeof(SidecarPlan), []).SelectMany(type => type.GetConstructors().SelectMany(one => one.GetParameters())
            .Where(parameter => MayBeNull(parameter) && !parameter.HasDefaultValue).Select(parameter => $"{type.Name}.{parameter.Name}"));
        required.ShouldBeEmpty();
    }

    [Fact]
    public void An_edge_that_may_drop_needs_no_deadline()
    {
        var studio = PlanSamples.Studio();
        var dropping = studio.Edges[0] with { Delivery = Pipelines.Graph.Delivery.AtMostOnce, Queue = new(4, 8, 8, null) };
        var plan = studio with { Edges = [dropping, studio.Edges[1]] };
        PlanJson.TryParse(PlanJson.Write(plan), out var read, out var error).ShouldBeTrue(error);
        read!.Edges[0].Queue.ShouldBe(new EdgeQueuePlan(4, 8, 8, null));
    }

    [Fact]
    public void Encryption_is_written_where_it_is_asked_for_and_over_tcp_only()
    {
        Encoding.UTF8.GetString(PlanJson.Write(PlanSamples.Studio())).ShouldNotContain("encryption");
        var encrypted = PlanSamples.Studio() with
        {
            Encryption = Pipelines.Graph.Encryption.Tls,
            Transport = Pipelines.Graph.Transport.Tcp,
        };
        Encoding.UTF8.GetString(PlanJson.Write(encrypted)).ShouldContain("\"encryption\": \"TLS\"");
        PlanJson.TryParse(PlanJson.Write(encrypted), out var read, out _).ShouldBeTrue();
        read!.Encryption.ShouldBe(Pipelines.Graph.Encryption.Tls);
        var overAll = PlanJson.Write(encrypted with { Transport = Pipelines.Graph.Transport.Auto });
        PlanJson.TryParse(overAll, out _, out var error).ShouldBeFalse();
        error.ShouldBe("encryption: links with encryption TLS travel over TCP only");
    }

    [Fact]
    public void A_traffic_class_is_written_where_it_is_asked_for_and_is_a_byte()
    {
        Encoding.UTF8.GetString(PlanJson.Write(PlanSamples.Studio())).ShouldNotContain("trafficClass");
        PlanJson.TryParse(PlanJson.Write(PlanSamples.Studio() with { TrafficClass = 104 }), out var read, out _).ShouldBeTrue();
        read!.TrafficClass.ShouldBe(104);
        PlanJson.TryParse(PlanJson.Write(PlanSamples.Studio() with { TrafficClass = 256 }), out _, out var error).ShouldBeFalse();
        error.ShouldBe("trafficClass: 256 is not between 0 and 255");
    }

    [Theory]
    [InlineData("pod", "\"Not A Pod\"", "pod: 'Not A Pod' is no name")]
    [InlineData("operators[0].replica", "-1", "operators[0].replica: -1 is not between 0 and 63")]
    [InlineData("operators[0].replica", "99999999999", "$.operators[0].replica")]
    [InlineData("operators[0].tokenSha256", "\"xyz\"", "operators[0].tokenSha256: 64 lower-case hex digits")]
    [InlineData("operators[0].regionClasses[0].sizeBytes", "5000", "operators[0].regionClasses[0].sizeBytes: 5000 is no multiple of 4096")]
    [InlineData("operators[0].regionClasses[0].count", "0", "operators[0].regionClasses[0].count: 0 is not between")]
    [InlineData("operators[0].regionClasses[0]", "null", "operators[0].regionClasses[0]: null is not allowed here")]
    [InlineData("operators[0].inputs[0].edge", "\"a.b->c.d\"", "operators[0].inputs[0].edge: no edge 'a.b->c.d' ends in analyse.video")]
    [InlineData("operators[0].outputs[0].edges[0]", "\"gone\"", "operators[0].outputs[0].edges[0]: no edge 'gone' begins at analyse.video")]
    [InlineData("operators[0].outputs[0].quotaBlocks", "0", "operators[0].outputs[0].quotaBlocks: 0 is not between")]
    [InlineData("operators[1].name", "\"analyse\"", "operators[1]: 'analyse/0' is there twice")]
    [InlineData("edges[0].name", "\"x\"", "edges[0].name: 'x' is not 'decode.video->analyse.video'")]
    [InlineData("edges[0].channelCapacity", "63", "edges[0].channelCapacity: 63 is no power of two")]
    [InlineData("edges[0].channelCapacity", "1073741824", "edges[0].channelCapacity: 1073741824 is not between")]
    [InlineData("edges[0].maxBorrowed", "65", "edges[0].maxBorrowed: 65 is not between 1 and 64")]
    [InlineData("edges[0].frameSizeBytes", "7", "edges[0].frameSizeBytes: 7 is not what the caps imply")]
    [InlineData("edges[0].caps.video.width", "0", "edges[0].caps.video.width: 0 is not between 1 and 65536")]
    [InlineData("edges[0].caps.video.format", "\"yuv\"", "edges[0].caps.video.format: 'yuv' is no pixel format")]
    [InlineData("edges[0].caps.video.frameRate", "\"29.97\"", "a ratio is written")]
    [InlineData("edges[0].order", "\"Backwards\"", "$.edges[0].order")]
    [InlineData("edges[0].order", "1", "$.edges[0].order")]
    [InlineData("edges[0].producers", "[]", "edges[0].producers: an edge has at least one replica")]
    [InlineData("edges[0].producers[0].operator", "\"else\"", "edges[0].producers[0].operator: 'else' is not 'decode'")]
    [InlineData("edges", "[]", "no edge 'decode.video->analyse.video'")]
    [InlineData("edges", "null", "$")]
    [InlineData("inbound[0].edge", "\"gone\"", "inbound[0].edge: the plan has no edge 'gone'")]
    [InlineData("inbound[0].peerAddress", "\"host\"", "inbound[0].peerAddress: 'host' is no IP address")]
    [InlineData("inbound[0].peerLinkPort", "70000", "inbound[0].peerLinkPort: 70000 is not between 1 and 65535")]
    [InlineData("inbound[0].peerIdentities", "[]", "inbound[0].peerIdentities: a link without an identity")]
    [InlineData("inbound[0].peerIdentities[0]", "\"https://x\"", "inbound[0].peerIdentities[0]: 'https://x' is no k8smediaflow://")]
    [InlineData("inbound[0].regionClasses", "[]", "inbound[0].regionClasses: a producer needs a region")]
    [InlineData("polling.spinMicroseconds", "2000000", "polling.spinMicroseconds: 2000000 is not between")]
    public void A_field_out_of_bounds_is_named(string path, string value, string expected)
    {
        var document = JsonNode.Parse(PlanJson.Write(PlanSamples.Studio()))!;
        JsonPlaces.Set(document, path, JsonNode.Parse(value));
        Refusal(document.ToJsonString()).ShouldContain(expected);
    }

    [Fact]
    public void An_unknown_field_is_refused_by_name()
    {
        var document = JsonNode.Parse(PlanJson.Write(PlanSamples.Studio()))!;
        document["edges"]![0]!["latency"] = 3;
        Refusal(document.ToJsonString()).ShouldContain("latency");
    }

    [Fact]
    public void A_missing_field_is_refused_by_name()
    {
        var document = JsonNode.Parse(PlanJson.Write(PlanSamples.Studio()))!;
        document["edges"]![0]!.AsObject().Remove("channelCapacity");
        Refusal(document.ToJsonString()).ShouldContain("channelCapacity");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"pod\":1,\"pod\":2}")]
    public void What_is_no_plan_is_refused(string text) => Refusal(text).ShouldStartWith("plan");

    [Fact]
    public void A_document_of_unreasonable_size_is_refused_unread() =>
        Refusal(new string(' ', PlanJson.DocumentBytesMax + 1)).ShouldContain("are more than");

    private static string Refusal(string text)
    {
        PlanJson.TryParse(Encoding.UTF8.GetBytes(text), out var plan, out var error).ShouldBeFalse();
        plan.ShouldBeNull();
        return error!;
    }

    private static HashSet<Type> PartsOf(Type type, HashSet<Type> known)
    {
        if (type.Namespace?.StartsWith("K8sMediaFlow", StringComparison.Ordinal) == true && !type.IsEnum && known.Add(type))
            foreach (var property in type.GetProperties())
                PartsOf(property.PropertyType, known);
        foreach (var argument in type.GetGenericArguments())
            PartsOf(argument, known);
        return known;
    }

    private static bool MayBeNull(System.Reflection.ParameterInfo parameter) =>
        new System.Reflection.NullabilityInfoContext().Create(parameter).WriteState == System.Reflection.NullabilityState.Nullable;
}
