using K8sMediaFlow.Cli.Run.Supervision;
using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Cli.Tests.Runs;

public class RdmaWatchTests
{
    private readonly List<string> _notices = [];

    [Fact]
    public void A_machine_without_a_device_ends_the_run_with_the_sidecars_reason()
    {
        var sentence = Check(new RdmaWatch(["a"]), Status("a", "NoDevice", "this process sees no RDMA device"));
        sentence.ShouldNotBeNull();
        sentence.ShouldContain("pod a has to use RDMA and cannot (NoDevice): this process sees no RDMA device");
        sentence.ShouldContain("transport: Auto");
    }

    [Fact]
    public void What_may_pass_is_said_once_and_waited_for()
    {
        var watch = new RdmaWatch(["a"]);
        for (var look = 0; look < 3; look++)
            Check(watch, Status("a", "PortDown", "the cable is out")).ShouldBeNull();
        _notices.ShouldBe(["pod a has to use RDMA and cannot (PortDown): the cable is out"]);
    }

    [Fact]
    public void A_pod_that_may_use_TCP_is_of_no_concern()
    {
        Check(new RdmaWatch([]), Status("a", "NoDevice", "none")).ShouldBeNull();
        Check(new RdmaWatch(["a"]), Status("a", "", "")).ShouldBeNull();
        Check(new RdmaWatch(["a"]), Status("a", "", "") with { Rdma = null }).ShouldBeNull();
        _notices.ShouldBeEmpty();
    }

    private string? Check(RdmaWatch watch, SidecarStatus status) => watch.Check([status], _notices.Add);

    private static SidecarStatus Status(string pod, string obstacle, string detail) => new(pod, "1", null, false, false, 0, [], [], [])
    {
        Rdma = new RdmaStatus(obstacle.Length == 0, "", "", obstacle, detail),
    };
}
