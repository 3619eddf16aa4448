using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Tests;

public sealed class PlanTests
{
    [Theory]
    [InlineData("highlights", "text", "txt")]
    [InlineData("highlights", "json", "json")]
    [InlineData("highlights", "dot", "dot")]
    [InlineData("highlights", "svg", "svg")]
    [InlineData("fan-out", "text", "txt")]
    [InlineData("live-preview", "text", "txt")]
    public void The_plan_of_a_sample_is_what_it_was(string sample, string form, string ending)
    {
        var (exitCode, output, error) = Run.Command("plan", Samples.Path(sample + ".yaml"), "--output", form);
        (exitCode, error).ShouldBe((0, ""));
        Samples.ShouldBeGolden(output, $"{sample}.{ending}");
    }

    [Fact]
    public void The_json_holds_the_documents_that_the_sidecars_read()
    {
        var report = JsonNode.Parse(Run.Command("plan", Samples.Path("highlights.yaml"), "-o", "json").Output)!;
        foreach (var sidecar in report["sidecars"]!.AsArray())
            PlanJson.TryParse(Encoding.UTF8.GetBytes(sidecar!.ToJsonString()), out _, out var error).ShouldBeTrue(error);
    }

    [Fact]
    public void The_sums_in_the_json_are_sums()
    {
        var report = JsonNode.Parse(Run.Command("plan", Samples.Path("highlights.yaml"), "-o", "json").Output)!;
        foreach (var region in report["regions"]!.AsArray())
        {
            region!["blockBytes"]!.GetValue<long>()
                .ShouldBe(region["classes"]!.AsArray().Sum(one => one!["sizeBytes"]!.GetValue<long>() * one["count"]!.GetValue<int>()));
            foreach (var window in region["windows"]!.AsArray())
                window!["frames"]!.GetValue<int>().ShouldBe(window["terms"]!.AsArray().Sum(term => term!["frames"]!.GetValue<int>()));
        }
    }

    [Fact]
    public void The_picture_is_a_picture()
    {
        var svg = XDocument.Parse(Run.Command("graph", Samples.Path("fan-out.yaml")).Output);
        svg.Root!.Name.LocalName.ShouldBe("svg");
        svg.Descendants().Count(one => (string?)one.Attribute("class") == "node").ShouldBe(4);
    }

    [Fact]
    public void A_plan_that_does_not_fit_says_what_it_would_need()
    {
        var (exitCode, output, error) = Run.Command("plan", Samples.Path("highlights.yaml"), "--pod-memory-mib", "64");
        (exitCode, output).ShouldBe((1, ""));
        error.ShouldContain("pod highlights-studio-0 needs");
        error.ShouldContain("borrowed by encode");
    }

    [Fact]
    public void An_unknown_form_is_a_usage_error() =>
        Run.Command("plan", Samples.Path("highlights.yaml"), "-o", "pdf").ExitCode.ShouldBe(2);

    [Fact]
    public void Help_says_what_each_verb_does()
    {
        var help = Run.Command("--help").Output;
        foreach (var verb in new[] { "validate", "plan", "graph" })
            help.ShouldContain(verb);
    }
}
