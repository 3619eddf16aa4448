using K8sMediaFlow.Operator.Hosting;

namespace K8sMediaFlow.Operator.Tests.Hosting;

public class OptionTests
{
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["K8SMEDIAFLOW_SIDECAR_IMAGE"] = "from-environment",
        ["K8SMEDIAFLOW_WATCH_NAMESPACES"] = "a, b",
    };

    [Fact]
    public void Arguments_win_over_the_environment()
    {
        Read().SidecarImage.ShouldBe("from-environment");
        var options = Read("--sidecar-image", "x", "--metrics-address=:9090", "--leader-election=false");
        (options.SidecarImage, options.MetricsAddress.ToString(), options.LeaderElection).ShouldBe(("x", "0.0.0.0:9090", false));
        options.WatchNamespaces.ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData("--sidecar-imag x", "--sidecar-imag is unknown")]
    [InlineData("--workers 0", "--workers is '0'")]
    [InlineData("--metrics-address nowhere", "--metrics-address is 'nowhere'")]
    [InlineData("--leader-election maybe", "true or false")]
    [InlineData("--workers", "--workers needs a value")]
    [InlineData("workers", "no option")]
    public void What_cannot_be_followed_is_refused_by_name(string arguments, string message) =>
        Should.Throw<OptionsException>(() => Read(arguments.Split(' '))).Message.ShouldContain(message);

    [Fact]
    public void Without_a_sidecar_image_nothing_starts() =>
        Should.Throw<OptionsException>(() => ControllerOptions.Read([], _ => null)).Message.ShouldContain("--sidecar-image");

    private static ControllerOptions Read(params string[] arguments) => ControllerOptions.Read(arguments, Environment.GetValueOrDefault);
}
