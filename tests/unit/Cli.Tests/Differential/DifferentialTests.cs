using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Cli.Tests.Differential;

[CollectionDefinition(Name)]
public sealed class CrdServerCollection : ICollectionFixture<CrdServerFixture>
{
    public const string Name = "crd server";
}

/// <summary>
/// <c>validate</c> against a current API server's own decoding: the same documents, posted as YAML with strict field validation. What we
/// take the server takes, with the same values; what only we refuse is refused by a rule about the graph that the schema cannot hold.
/// </summary>
[Collection(CrdServerCollection.Name)]
[Trait("Category", "Slow")]
public sealed partial class DifferentialTests(CrdServerFixture fixture)
{
    [NeedsFact("crdserver")]
    public async Task Every_spelling_of_a_value_means_to_us_what_it_means_to_the_server() =>
        (await DisagreementsAsync(from place in Corpus.Places
                                  from scalar in Corpus.Scalars
                                  select ($"{place.Name}: {scalar}",
            place.With(scalar)))).ShouldBeEmpty();

    [NeedsFact("crdserver")]
    public async Task Every_text_is_taken_or_refused_as_by_the_server() =>
        (await DisagreementsAsync(Corpus.Texts.Select((text, i) => ($"text {i}: {text}", text)))).ShouldBeEmpty();

    [NeedsFact("crdserver")]
    public async Task Every_field_has_the_bounds_that_the_server_holds_it_to()
    {
        var full = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Samples.Root, "tests", "unit", "Cli.Tests", "Differential",
            "full.json")))!.AsObject();
        var schema = CrdServerFixture.Definition("mediapipelines")["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();
        var mutations = FieldMutations.Of(full, schema).ToList();
        mutations.Count.ShouldBeGreaterThan(1_000);
        (await DisagreementsAsync(mutations)).ShouldBeEmpty();
    }

    /// <summary>What people are told to write is taken, by us and by the server, and means what they had written.</summary>
    [NeedsFact("crdserver")]
    public async Task A_hint_keeps_the_value_and_is_taken()
    {
        var hints = 0;
        foreach (var place in Corpus.Places)
            foreach (var scalar in Corpus.Scalars.Where(one => Told(place.With(one)) is not null))
            {
                var hint = Told(place.With(scalar))!;
                (place.Name == "rate" || hint == scalar || scalar.EndsWith(hint, StringComparison.Ordinal)
                    || scalar.StartsWith(hint, StringComparison.Ordinal) || scalar == $"!!int \"{hint}\"")
                    .ShouldBeTrue($"{place.Name}: {scalar} became {hint}");
                var verdict = await Verdict.OfAsync(fixture.Server, place.With($"\"{hint}\""));
                (verdict.Errors.Count, verdict.Refusal).ShouldBe((0, null), $"{place.Name}: {scalar}, told to write \"{hint}\"");
                hints++;
            }
        hints.ShouldBeGreaterThan(50);
    }

    /// <summary>
    /// kubectl puts merged maps together before it sends them; the server itself, given YAML, calls the overriding of a merged entry a
    /// double.
    /// </summary>
    [NeedsTheory("crdserver", "kubectl")]
    [InlineData("- {<<: {image: y}, name: sink, image: x")]
    [InlineData("- {<<: [{image: x}, {image: y}], name: sink")]
    public async Task A_merged_entry_that_is_overridden_is_taken_as_by_kubectl(string sink)
    {
        var text = Corpus.Base.Replace("- {name: sink, image: x", sink, StringComparison.Ordinal);
        var verdict = await Verdict.OfAsync(fixture.Server, text);
        verdict.Ours.ShouldBeTrue(string.Join('\n', verdict.Errors));
        verdict.Refusal!.ShouldContain("already set");
        var sent = System.Text.Encoding.UTF8.GetString(Samples.WithFile(text,
            path => Tool.Run(Downloads.Get("kubectl"), ["label", "--local", "-f", path, "by=kubectl", "-o", "json"])));
        var merged = await Verdict.OfAsync(fixture.Server, sent);
        merged.Refusal.ShouldBeNull();
        merged.Difference(text).ShouldBeNull();
        merged.Stored!["spec"]!["operators"]![1]!["image"]!.GetValue<string>().ShouldBe("x");
    }

    private async Task<string[]> DisagreementsAsync(IEnumerable<(string Name, string Text)> documents)
    {
        var found = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(documents, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (document, _) =>
        {
            var verdict = await Verdict.OfAsync(fixture.Server, document.Text);
            if (Disagreement(verdict, document.Text) is { } wrong)
                found.Add($"{document.Name[..Math.Min(document.Name.Length, 1500)]}: {wrong}");
        });
        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static string? Disagreement(Verdict verdict, string text) => verdict switch
    {
        { Ours: true, Theirs: false } => $"we take it, the server says: {verdict.Refusal}",
        { Ours: true, Theirs: true } => verdict.Difference(text),
        { Ours: false, Theirs: true } when verdict.Errors.FirstOrDefault(error => !Stricter.IsStated(error)) is { } error =>
            $"the server takes it, we say: {error}",
        { Ours: false, Theirs: true } when verdict.Reasons.FirstOrDefault(reason => !Stricter.Reasons.Contains(reason),
            GraphReason.Empty) is var reason and not GraphReason.Empty =>
            $"the server takes it, we say: {reason}",
        _ => null,
    };

    private static string? Told(string text) =>
        Documents.PipelineFile.Parse("f.yaml", text).Errors.Select(error => Hint().Match(error.Message))
            .FirstOrDefault(match => match.Success)?.Groups[1].Value;

    [GeneratedRegex("write \"([^\"]*)\"")]
    private static partial Regex Hint();
}
