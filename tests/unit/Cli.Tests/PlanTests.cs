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

    [Theory]
    [InlineData("deadlineMilliseconds: 100", "deadlineMilliseconds: 60", "", 0)]
    [InlineData("onFull: LatestOnly", "onFull: DropOldest", "", 0)]
    [InlineData("width: 1920", "width: 3840", "camera archive preview", 3)]
    [InlineData("\"200\"", "\"150\"", "preview", 0)]
    public void A_plan_against_what_runs_says_which_pods_are_replaced_and_what_they_lack(string was, string becomes, string replaced,
        int lacking)
    {
        var running = Samples.Path("live-preview.yaml");
        var text = File.ReadAllText(running);
        text.ShouldContain(was);
        var (table, output) = Samples.WithFile(text.Replace(was, becomes, StringComparison.Ordinal), edited => (
            Run.Command("plan", edited, "--against", running).Output,
            Run.Command("plan", edited, "--against", running, "-o", "json").Output));
        table.ShouldContain("\nCHANGES\n");
        var changes = JsonNode.Parse(output)!["changes"]!.AsArray();
        changes.Count.ShouldBe(3);
        string.Join(' ', changes.Where(one => (string)one!["change"]! == "Replaced").Select(one => ((string)one!["pod"]!).Split('-')[^2]))
            .ShouldBe(replaced);
        changes.Count(one => (long)one!["missingBytes"]! > 0).ShouldBe(lacking);
    }

    [Fact]
    public void A_running_pipeline_that_has_no_plan_is_told_of_its_own_file()
    {
        var sound = Samples.Path("live-preview.yaml");
        var text = File.ReadAllText(sound).Replace("preview.video, onFull", "preview.sound, onFull", StringComparison.Ordinal);
        Samples.WithFile(text, broken =>
        {
            var (exitCode, output, error) = Run.Command("plan", sound, "--against", broken);
            (exitCode, output).ShouldBe((1, ""));
            error.ShouldStartWith(broken + ":");
            return 0;
        });
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
