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
        Errors(Highlights.Replace("from: overlay.video, ", "", StringComparison.Ordinal)).Single()
            .ShouldBe("f.yaml:37: spec.edges[2].from: field 'from' is missing");

    [Fact]
    public void A_rate_without_quotes_is_told_to_have_some() =>
        Errors(Highlights.Replace("\"30\"", "30", StringComparison.Ordinal)).Single().ShouldContain("write \"30\"");

    [Theory]
    [InlineData("a: [1, 2\nb: 3", "f.yaml:2: column 1: malformed YAML: something before")]
    [InlineData("a: 1\na: 2", "f.yaml:2: a: key 'a' is there twice: remove one")]
    [InlineData("a: *b", "f.yaml:1: a: alias '*b' has no anchor")]
    [InlineData("? [1]\n: 2", "a key must be a plain word")]
    [InlineData("a:\n\t- 1", "found invalid tab as indentation")]
    [InlineData("", "the file is empty")]
    [InlineData("---\n", "the file is empty")]
    [InlineData("42", "this is no MediaPipeline")]
    public void What_is_no_document_is_refused_at_its_place(string text, string part) =>
        string.Join('\n', Errors(text)).ShouldContain(part);

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
    public void An_anchor_inside_itself_is_refused() => Errors("a: &a [*a]").First().ShouldContain("has no anchor before it");

    [Fact]
    public void Aliases_stand_for_what_they_name()
    {
        var text = Highlights.Replace("{name: video, caps: {video: {width", "{name: video, caps: &v {video: {width",
            StringComparison.Ordinal)
            .Replace("inputs: [{name: video}]\n      outputs: [{name: video}]        #",
                "inputs: [{name: video, caps: *v}]\n      outputs: [{name: video}]        #", StringComparison.Ordinal);
        var file = PipelineFile.Parse("f.yaml", text);
        file.Errors.ShouldBeEmpty();
        file.Documents[0].Graph.Operators[1].Inputs[0].Caps.ShouldBe(file.Documents[0].Graph.Operators[0].Outputs[0].Caps);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var text = Highlights.Replace("execution: Batch", "execution: Btch", StringComparison.Ordinal)
            .Replace("- name: analyse\n", "- name: analyse\n      image: other\n      labls: x\n", StringComparison.Ordinal)
            .Replace("to: encode.audio", "to: encode.adio", StringComparison.Ordinal);
        var errors = Errors(text + "\n---\na: [\n---\n" + Highlights.Replace("replicas: 2", "replcas: 2", StringComparison.Ordinal)
            + "\n---\n" + Highlights.Replace("\"30\"", "30", StringComparison.Ordinal));
        foreach (var part in new[]
        {
            "spec.execution: 'Btch'",
            "key 'image' is there twice",
            "unknown field 'labls'",
            "no input 'adio'",
            "no edge ends in encode.audio",
            "malformed YAML",
            "'replcas'",
            "write \"30\"",
        })
            errors.Count(error => error.Contains(part, StringComparison.Ordinal)).ShouldBe(1, $"{part} in {string.Join('\n', errors)}");
        errors.Length.ShouldBe(8, string.Join("\n", errors));
        errors.ShouldAllBe(error => error.StartsWith("f.yaml:", StringComparison.Ordinal) && char.IsAsciiDigit(error["f.yaml:".Length]));
    }

    [Theory]
    [InlineData("labels: {team: yes}", "metadata.labels.team: is true or false; text is expected: write \"yes\"")]
    [InlineData("labels: {team: 010}", "metadata.labels.team: is a number; text is expected: write \"010\"")]
    [InlineData("labels: {team: 1.10}", "metadata.labels.team: is a number; text is expected: write \"1.10\"")]
    public void A_hint_has_the_text_that_was_written(string labels, string error) =>
        Errors(Highlights.Replace("name: highlights", $"name: highlights\n  {labels}", StringComparison.Ordinal)).Single()
            .ShouldContain(error);

    [Theory]
    [InlineData("- {<<: {image: a, name: b}, name: sink, inputs: [{name: video}]}", null)]
    [InlineData("- {<<: [{image: a}, {image: b}], name: sink, inputs: [{name: video}]}", null)]
    [InlineData("- {name: sink, <<: {name: other, image: a}, inputs: [{name: video}]}", "write '<<' first")]
    [InlineData("- {name: sink, <<: a, image: a, inputs: [{name: video}]}", "takes a map or a list of maps")]
    public void Merge_keys_bring_in_the_entries_of_other_maps(string sink, string? error)
    {
        var file = PipelineFile.Parse("f.yaml",
            Differential.Corpus.Base.Replace("- {name: sink, image: x, inputs: [{name: video}]}", sink, StringComparison.Ordinal));
        if (error is not null)
            file.Errors.ShouldHaveSingleItem().Message.ShouldContain(error);
        else
            (file.Documents.Single().Graph.Operators[1].Name, file.Documents[0].Graph.Operators[1].Image).ShouldBe(("sink", "a"));
    }

    [Fact]
    public void A_file_may_hold_several_pipelines() =>
        PipelineFile.Parse("f.yaml", Highlights + "\n---\n" + Highlights + "\n---\n").Documents.Count.ShouldBe(2);

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
