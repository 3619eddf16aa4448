using System.Text.Json.Nodes;
using Grpc.Core;
using K8sMediaFlow.Control;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// Plans as somebody may send them who has the controller's certificate: every field absent, of another kind, least and most; lists without
/// and with too much; other versions.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PlanCallTests(Siege siege) : IClassFixture<Siege>
{
    private const string Bare = "near";

    private static readonly string[] Links = ["outbound", "inbound"];

    private long _generation = 1;

    [Fact]
    public void Whatever_a_plan_says_it_is_followed_or_refused_by_name_and_the_next_one_is_followed()
    {
        Restore();
        foreach (var (json, words) in Mutants(siege.Scene.Of(Scene.Near)))
        {
            var version = new PlanVersion(1, ++_generation, 0);
            json["version"]!["generation"] = _generation;
            if (siege.Near.Offer(version, Bytes(json)) is { } refusal)
                ShouldBeNamed(refusal, words);
            else
                Restore();
            siege.Near.ShouldLive();
        }
        Restore();
        siege.ShouldStand();
    }

    [Fact]
    public void A_sidecar_without_a_plan_refuses_what_is_none_and_follows_the_first_that_is_one()
    {
        var scene = new Scene();
        using var bare = new SidecarProcess(Bare, scene.AddressOf(Scene.Near), ["camera", "relay", "show", "lure", "mop"]);
        // The caller's connection stays.
        bare.Offer(new PlanVersion(1, 1, 0), []).ShouldNotBeNull();
        var before = bare.Holdings;
        foreach (var (json, words) in Mutants(scene.Of(Scene.Near)))
        {
            var bytes = Bytes(json);
            if (!PlanJson.TryParse(bytes, out _, out _))
                ShouldBeNamed(bare.Offer(new PlanVersion(1, 1, 0), bytes), words);
        }
        bare.Holdings.ShouldBe(before);
        bare.Follow(scene.Of(Scene.Near));
        using var camera = new RawMediaOperator(bare.SocketPath, "camera").Attach(replica: 0, incarnation: 1);
        camera.Heard.ShouldContain(AttachMessage.Which.Region);
    }

    [Fact]
    public void Documents_that_are_no_plans_or_larger_than_any_are_refused()
    {
        Restore();
        foreach (var bytes in new byte[][]
        {
            [],
            [0],
            "null"u8.ToArray(),
            "{}"u8.ToArray(),
            "[]"u8.ToArray(),
            new byte[5 << 20],
            new byte[20 << 20],
            [.. Enumerable.Repeat((byte)'[', 1 << 20)],
        })
            siege.Near.Offer(new PlanVersion(1, ++_generation, 0), bytes).ShouldNotBeNull();
        siege.ShouldStand();
    }

    [Fact]
    public void A_plan_of_an_older_version_or_whose_document_names_another_one_is_refused()
    {
        Restore();
        var plan = siege.Scene.Of(Scene.Near);
        foreach (var version in new PlanVersion[]
        {
            new(0, 0, 0), new(0, long.MaxValue, 0), new(1, 0, long.MaxValue), new(1, _generation - 1, 0),
        })
            siege.Near.Offer(version, PlanJson.Write(plan with { Version = version })).ShouldNotBeNull(version.ToString());
        siege.Near.Offer(new PlanVersion(1, _generation + 1, 0), PlanJson.Write(plan with { Version = new PlanVersion(9, 9, 9) }))
            .ShouldNotBeNull();
        siege.Near.Status.Plan.ShouldBe(new PlanVersion(1, _generation, 0));
        siege.ShouldStand();
    }

    private static void ShouldBeNamed(ControlException? refusal, string words)
    {
        refusal.ShouldNotBeNull(words);
        refusal.Status.ShouldBeOneOf([StatusCode.InvalidArgument, StatusCode.Unimplemented, StatusCode.FailedPrecondition,
            StatusCode.ResourceExhausted],
            $"{words}: {refusal.Message}");
        refusal.Message.Length.ShouldBeGreaterThan(10, words);
    }

    private void Restore()
    {
        _generation = Math.Max(_generation, siege.Near.Status.Plan!.Value.Generation) + 1;
        siege.Near.Follow(siege.Scene.Of(Scene.Near) with { Version = new PlanVersion(1, _generation, 0) });
    }

    private static byte[] Bytes(JsonNode json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());

    private static IEnumerable<(JsonObject Json, string Words)> Mutants(SidecarPlan plan)
    {
        var sound = PlanJson.Write(plan);
        foreach (var path in Paths(JsonNode.Parse(sound)!, []).ToList())
        {
            foreach (var value in Values(At(JsonNode.Parse(sound)!, path)!, path).ToList())
            {
                var mutant = JsonNode.Parse(sound)!.AsObject();
                Set(At(mutant, path.AsSpan(0, path.Length - 1))!, path[^1], value?.DeepClone());
                yield return (mutant, $"{string.Join('.', path)} = {value?.ToJsonString() ?? "null"}");
            }
            var without = JsonNode.Parse(sound)!.AsObject();
            if (At(without, path.AsSpan(0, path.Length - 1)) is JsonObject parent)
            {
                parent.Remove((string)path[^1]);
                yield return (without, $"no {string.Join('.', path)}");
            }
        }
    }

    // Of a list the first: the others are of its kind. Versions are a matter of their own.
    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path) => node switch
    {
        JsonObject parent =>
            parent.Where(one => one.Key != "version").SelectMany(one => Paths(one.Value, [.. path, one.Key]).Prepend([.. path, one.Key])),
        JsonArray { Count: > 0 } list => Paths(list[0], [.. path, 0]).Prepend([.. path, 0]),
        _ => [],
    };

    private static JsonNode? At(JsonNode node, ReadOnlySpan<object> path)
    {
        var at = node;
        foreach (var step in path)
            at = step is int index ? at![index] : at![(string)step];
        return at;
    }

    private static void Set(JsonNode parent, object step, JsonNode? value)
    {
        if (step is int index)
            parent[index] = value;
        else
            parent[(string)step] = value;
    }

    private static IEnumerable<JsonNode?> Values(JsonNode sound, object[] path)
    {
        yield return null;
        switch (sound)
        {
            case JsonArray list:
                yield return new JsonArray([.. list.Select(one => one?.DeepClone()), list.FirstOrDefault()?.DeepClone()]);
                yield return new JsonObject();
                // A plan without links is a plan, and another test's matter.
                if (!Links.Contains(path[^1]))
                    yield return new JsonArray();
                break;
            case JsonObject one:
                yield return new JsonObject();
                yield return new JsonObject([.. one.Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())),
                    KeyValuePair.Create("unheard", (JsonNode?)JsonValue.Create(1))]);
                break;
            case JsonValue when sound.GetValueKind() == System.Text.Json.JsonValueKind.Number:
                foreach (var number in new[] { 0, -1, 1, int.MaxValue, (1L << 31) + 1, long.MaxValue, long.MinValue })
                    yield return JsonValue.Create(number);
                yield return JsonValue.Create(1.5);
                yield return JsonValue.Create("one");
                break;
            default:
                foreach (var text in new[] { "", "\0", "unheard", new string('x', 5000), "../..", "255.255.255.255" })
                    yield return JsonValue.Create(text);
                yield return JsonValue.Create(7);
                break;
        }
    }
}
