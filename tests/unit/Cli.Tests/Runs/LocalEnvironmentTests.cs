using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Tests.Runs;

public class LocalEnvironmentTests
{
    [Theory]
    [InlineData("rtmp://host/$(KEY)", "rtmp://host/match")]
    [InlineData("$(URL)", "rtmp://host/match")]
    [InlineData("$(UNKNOWN)", "$(UNKNOWN)")]
    [InlineData("$$(KEY)", "$(KEY)")]
    [InlineData("$KEY", "$KEY")]
    public void A_name_in_an_argument_is_replaced_as_a_cluster_does(string given, string expected) =>
        LocalEnvironment.Resolve(new MediaOperatorNode
        {
            Name = "ingest",
            Args = [given],
            Environment = [new("KEY", "match"), new("URL", "rtmp://host/$(KEY)")],
        }).Args.Single().ShouldBe(expected);

    [Fact]
    public void What_the_cluster_would_look_up_comes_from_the_environment_of_the_command()
    {
        var node = new MediaOperatorNode { Name = "ingest", Args = ["$(PATH)"], Environment = [new("PATH", "", ["secretKeyRef"])] };
        LocalEnvironment.Resolve(node).Args.Single().ShouldBe(Environment.GetEnvironmentVariable("PATH"));
    }

    [Fact]
    public void What_nobody_has_is_named_with_what_to_do() => Should.Throw<RunException>(() => LocalEnvironment.Resolve(
        new MediaOperatorNode { Name = "ingest", Environment = [new("NO_SUCH_KEY", "", ["secretKeyRef"])] }))
        .Message.ShouldBe(
            "environment variable 'NO_SUCH_KEY' of operator 'ingest' comes from the cluster (secretKeyRef): set it for this command");

    [Fact]
    public void Whole_objects_of_the_cluster_are_not_to_be_had() => Should.Throw<RunException>(() => LocalEnvironment.Resolve(
        new MediaOperatorNode { Name = "ingest", Container = new() { EnvironmentSources = [["configMapRef"]] } }))
            .Message.ShouldContain("envFrom");
}
