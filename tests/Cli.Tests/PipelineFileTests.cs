using K8sMediaFlow.Cli.Documents;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests;

public sealed class PipelineFileTests
{
    private const string Spoilers = "{}[]:,-&*!|>'\"%@`#\n\t 0aé\0";
    private static readonly string Highlights = File.ReadAllText(Samples.Path("highlights.yaml"));

    [Fact]
    public void An_unknown_field_is_found_on_its_line() =>
        Errors(Highlights.Replace("replicas: 2", "replcas: 2", StringComparison.Ordinal)).Single()
            .ShouldBe("f.yaml:21: spec.operators[1].replcas: unknown field 'replcas' (did you mean 'replicas'?)");

    [Fact]
    public void A_missing_field_is_found_where_it_should_be() =>
        Errors(Highlights.Replace("from: overlay.video, ", "", StringComparison.Ordinal)).Single().ShouldBe("f.yaml:37: spec.edges[2].from: field 'from' is missing");

    [Fact]
    public void A_rate_without_quotes_is_told_to_have_some() =>
        Errors(Highlights.Replace("\"30\"", "30", StringComparison.Ordinal)).Single().ShouldContain("write \"30\"");

    [Theory]
    [InlineData("a: [1, 2\nb: 3", "f.yaml:2: column 1: malformed YAML: something before")]
    [InlineData("a: 1\na: 2", "f.yaml:2: column 1: malformed YAML: key 'a' is there twice")]
    [InlineData("a: *b", "f.yaml:1: column 4: malformed YAML: alias '*b' has no anchor")]
    [InlineData("? [1]\n: 2", "a key must be a plain word")]
    [InlineData("a:\n\t- 1", "found invalid tab as indentation")]
    [InlineData("", "the file is empty")]
    [InlineData("---\n", "the file is empty")]
    [InlineData("42", "this is no MediaPipeline")]
    public void What_is_no_document_is_refused_at_its_place(string text, string part) => string.Join('\n', Errors(text)).ShouldContain(part);

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_is() =>
        Errors("a: " + new string('[', 100_000)).Single().ShouldContain("nested more than 64 levels");

    [Fact]
    public void Aliases_that_multiply_are_refused()
    {
        var lines = Enumerable.Range(1, 12).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]");
        Errors("a0: &a0 x\n" + string.Join('\n', lines)).Single().ShouldContain("more than 100000 values");
    }

    [Fact]
    public void An_anchor_inside_itself_is_refused() => Errors("a: &a [*a]").Single().ShouldContain("has no anchor before it");

    [Fact]
    public void Aliases_stand_for_what_they_name()
    {
        var text = Highlights.Replace("{name: video, caps: {video: {width", "{name: video, caps: &v {video: {width", StringComparison.Ordinal)
            .Replace("inputs: [{name: video}]\n      outputs: [{name: video}]        #", "inputs: [{name: video, caps: *v}]\n      outputs: [{name: video}]        #", StringComparison.Ordinal);
        var file = PipelineFile.Parse("f.yaml", text);
        file.Errors.ShouldBeEmpty();
        file.Documents[0].Graph.Operators[1].Inputs[0].Caps.ShouldBe(file.Documents[0].Graph.Operators[0].Outputs[0].Caps);
    }

    [Fact]
    public void A_file_may_hold_several_pipelines() => PipelineFile.Parse("f.yaml", Highlights + "\n---\n" + Highlights + "\n---\n").Documents.Count.ShouldBe(2);

    [Fact]
    [Trait("Category", "Slow")]
    public void Reading_a_spoiled_file_never_throws()
    {
        var random = new Random(Seed.Take(nameof(Reading_a_spoiled_file_never_throws)));
        for (var i = 0; i < 3_000; i++)
        {
            var text = Highlights.ToCharArray();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
                text[random.Next(text.Length)] = Spoilers[random.Next(Spoilers.Length)];
            var file = PipelineFile.Parse("f.yaml", new string(text));
            (file.Documents.Count + file.Errors.Count).ShouldBeGreaterThan(0);
        }
    }

    private static string[] Errors(string text)
    {
        var file = PipelineFile.Parse("f.yaml", text);
        file.Documents.ShouldBeEmpty();
        return [.. file.Errors.Select(error => error.ToString())];
    }
}
