using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>Who gets in at the attach socket.</summary>
public sealed class AttachDoorTests : IDisposable
{
    private readonly LogLines _log = new();
    private readonly TestPod _pod;

    public AttachDoorTests() => _pod = new TestPod(new PodPlans().Together(),
        (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(0.2)), _log);

    public void Dispose() => _pod.Dispose();

    [Fact]
    public void A_wrong_token_is_refused() => Refusal("camera", raw => raw.Hello("guess")).ShouldBe(AttachMessage.RefusalCode.BadToken);

    [Fact]
    public void Another_operators_token_is_refused() =>
        Refusal("camera", raw => raw.Hello(PodPlans.TokenOf("render"))).ShouldBe(AttachMessage.RefusalCode.BadToken);

    [Theory]
    [InlineData("nobody", 0)]
    [InlineData("camera", 1)]
    [InlineData("camera", -1)]
    [InlineData("", 0)]
    public void An_operator_that_the_plan_does_not_have_is_refused(string name, int replica) =>
        Refusal(name, raw => raw.Hello(PodPlans.TokenOf(name), replica)).ShouldBe(AttachMessage.RefusalCode.UnknownOperator);

    [Theory]
    [InlineData(0)]
    [InlineData(AttachMessage.Protocol + 1)]
    public void Another_version_of_the_protocol_is_refused(ushort protocol) =>
        Refusal("camera", raw => raw.Hello(PodPlans.TokenOf("camera"), protocol: protocol))
            .ShouldBe(AttachMessage.RefusalCode.VersionMismatch);

    [Fact]
    public void A_wrong_observer_token_is_refused() =>
        Refusal("", raw => raw.Hello("guess", role: AttachMessage.Role.Observer)).ShouldBe(AttachMessage.RefusalCode.BadToken);

    [Fact]
    public void A_name_that_a_living_process_has_is_refused()
    {
        using var first = _pod.AttachRaw("camera");
        using var second = _pod.AttachRaw("camera", incarnation: 78);
        second.Refusal!.Value.Code.ShouldBe(AttachMessage.RefusalCode.NameTaken);
        second.AwaitClosed();
        first.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void A_name_under_which_a_living_process_is_attaching_is_refused()
    {
        using var first = Halfway();
        using var second = _pod.AttachRaw("camera", incarnation: 78);
        second.Refusal!.Value.ShouldBe((AttachMessage.RefusalCode.NameTaken, "another process is attaching as camera-0"));
        first.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void A_process_makes_room_for_its_own_later_attempt_while_the_earlier_one_is_halfway()
    {
        using var first = Halfway();
        using var second = _pod.AttachRaw("camera");
        (second.Refusal, second.IsClosed).ShouldBe((null, false));
        first.AwaitClosed();
    }

    [Fact]
    public void A_process_makes_room_for_its_own_later_attempt_when_the_earlier_one_is_attached()
    {
        using var first = _pod.AttachRaw("camera");
        _pod.Ports.AwaitAlive("camera-0");
        using var second = _pod.AttachRaw("camera");
        (second.Refusal, second.IsClosed).ShouldBe((null, false));
        first.AwaitClosed();
        Watchdog.Until(() => _pod.StatusOf("camera").State == MediaOperatorState.Attached, () => _pod.StatusOf("camera").ToString());
    }

    [Fact]
    public void Of_many_attempts_of_one_process_the_last_one_gets_in_and_those_that_were_given_up_get_no_region()
    {
        const int attempts = 20;
        using var first = Halfway();
        for (var count = 0; count < attempts; count++)
            new RawMediaOperator(_pod.SocketPath, "camera").Hello(PodPlans.TokenOf("camera")).Dispose();
        using var last = _pod.AttachRaw("camera");
        (last.Refusal, last.IsClosed).ShouldBe((null, false));
        _log.Count("is given a region").ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public void A_process_that_takes_long_to_map_its_region_is_waited_for_and_that_is_said()
    {
        using var slow = Halfway();
        Watchdog.Until(() => _log.Count("camera-0 has not mapped its region for 0.2 s: it hangs, or gets no time to run") == 1,
            () => _log.ToString());
        slow.SendMapped(0);
        _pod.Ports.AwaitAlive("camera-0");
        slow.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void A_pod_that_ends_lets_nobody_in()
    {
        _pod.Server.Stop(TimeSpan.FromSeconds(1), "test");
        Refusal("camera", raw => raw.Hello(PodPlans.TokenOf("camera"))).ShouldBe(AttachMessage.RefusalCode.Draining);
    }

    [Fact]
    public void A_connection_that_says_nothing_is_closed_at_the_deadline()
    {
        using var silent = new RawMediaOperator(_pod.SocketPath, "camera");
        silent.AwaitClosed().Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_media_operator_fails_with_the_reason()
    {
        var refused = await Should.ThrowAsync<MediaOperatorException>(_pod.Attach("nobody"));
        refused.Error.ShouldBe(MediaOperatorError.Refused);
        refused.Message.ShouldContain("pod-a has no media operator 'nobody'");
    }

    /// <summary>It has its region, and does not say that it has mapped it.</summary>
    private RawMediaOperator Halfway()
    {
        var halfway = new RawMediaOperator(_pod.SocketPath, "camera") { IsObserver = true }.Hello(PodPlans.TokenOf("camera"));
        halfway.Until(() => halfway.IsAnswered);
        halfway.IsClosed.ShouldBeFalse();
        return halfway;
    }

    private AttachMessage.RefusalCode Refusal(string name, Action<RawMediaOperator> hello)
    {
        using var raw = new RawMediaOperator(_pod.SocketPath, name);
        hello(raw);
        raw.AwaitClosed();
        return raw.Refusal!.Value.Code;
    }
}
