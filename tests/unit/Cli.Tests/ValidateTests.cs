namespace K8sMediaFlow.Cli.Tests;

public sealed class ValidateTests
{
    public static TheoryData<string> SampleNames =>
        [.. Directory.GetFiles(Samples.Path(""), "*.yaml").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Every_sample_is_valid_and_earns_no_warning(string name)
    {
        var (exitCode, output, error) = Run.Command("validate", Samples.Path(name));
        (exitCode, error).ShouldBe((0, ""));
        output.ShouldContain("is valid");
    }

    [Fact]
    public void A_violation_is_written_with_file_line_and_path()
    {
        var text = File.ReadAllText(Samples.Path("highlights.yaml"))
            .Replace("to: encode.audio", "to: encode.adio", StringComparison.Ordinal);
        var (exitCode, output, error) = Samples.WithFile(text, path => Run.Command("validate", path));
        exitCode.ShouldBe(1);
        output.ShouldBeEmpty();
        error.ShouldContain(":38: spec.edges[3].to: operator 'encode' has no input 'adio' (did you mean 'audio'?) (UnknownPort)");
    }

    [Fact]
    public void A_warning_is_written_and_fails_nothing()
    {
        var text = File.ReadAllText(Samples.Path("highlights.yaml")).Replace("order: BySequence, ", "", StringComparison.Ordinal);
        var (exitCode, _, error) = Samples.WithFile(text, path => Run.Command("validate", path));
        exitCode.ShouldBe(0);
        error.ShouldContain("warning: 2 replicas of 'analyse'");
    }

    [Theory]
    [InlineData("execution: Batch", "execution: Batch\n  sidecar: {resources: {requests: {cpu: 2500m}, limits: {cpu: 2}}}",
        "spec.sidecar.resources.requests.cpu: the sidecar requests 2500m of cpu and is limited to 2: raise the limit or lower the request (BadResource)")]
    [InlineData("args: [analyse]", "args: [analyse]\n      resources: {requests: {memory: 2Gi}, limits: {memory: 2000Mi}}",
        "spec.operators[1].resources.requests.memory: operator 'analyse' requests 2Gi of memory and is limited to 2000Mi: raise the limit or lower the request (BadResource)")]
    [InlineData("args: [analyse]", "args: [analyse]\n      resources: {requests: {cpu: x}}",
        ":21: spec.operators[1].resources.requests.cpu: is x; an amount such as 2, 500m or 512Mi is expected")]
    [InlineData("execution: Batch", "execution: Batch\n  sidecar: {resources: {limits: {memory: much}}}",
        ":9: spec.sidecar.resources.limits.memory: is much; an amount such as 2, 500m or 512Mi is expected")]
    [InlineData("transport: Auto", "transport: RDMA", "spec.rdma: transport RDMA needs a device")]
    public void What_a_cluster_would_refuse_is_refused(string old, string written, string error)
    {
        var text = File.ReadAllText(Samples.Path("highlights.yaml")).Replace(old, written, StringComparison.Ordinal);
        var (exitCode, _, errors) = Samples.WithFile(text, path => Run.Command("validate", path));
        (exitCode, errors)
            .ShouldSatisfyAllConditions(one => one.exitCode.ShouldBe(1), one => one.errors.ShouldContain(error),
            one => one.errors.ShouldNotContain("warning"), one => one.errors.ShouldNotContain("a value is expected"));
    }

    [Theory]
    [InlineData("'k8smediaflow --help'", "reticulate")]
    [InlineData("'k8smediaflow --help'")]
    [InlineData("'k8smediaflow validate --help'", "validate")]
    [InlineData("'k8smediaflow run --help'", "run", "a.yaml", "--no-such-thing")]
    public void A_command_line_that_cannot_be_read_says_what_is_wrong_and_not_everything_that_there_is(string help, params string[] args)
    {
        var (exitCode, output, error) = Run.Command(args);
        (exitCode, output).ShouldBe((2, ""));
        var lines = error.TrimEnd().Split('\n');
        lines.Length.ShouldBeInRange(2, 4, error);
        lines[^1].ShouldBe($"Try {help}.");
        lines[..^1].ShouldAllBe(line => line.StartsWith("k8smediaflow: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_is_named_and_the_others_are_checked()
    {
        var (exitCode, output, error) = Run.Command("validate", "/nowhere/x.yaml", Samples.Path("highlights.yaml"));
        exitCode.ShouldBe(1);
        error.ShouldContain("/nowhere/x.yaml: ");
        output.ShouldContain("highlights is valid");
    }

    [Fact]
    public void No_file_at_all_is_a_usage_error() => Run.Command("validate").ExitCode.ShouldBe(2);
}
