using K8sMediaFlow.Messages;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>Who gets in at the attach socket.</summary>
public sealed class AttachDoorTests : IDisposable
{
    private readonly TestPod _pod = new(new PodPlans().Together());

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
        using var second = _pod.AttachRaw("camera");
        second.Refusal!.Value.Code.ShouldBe(AttachMessage.RefusalCode.NameTaken);
        second.AwaitClosed();
        first.IsClosed.ShouldBeFalse();
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

    private AttachMessage.RefusalCode Refusal(string name, Action<RawMediaOperator> hello)
    {
        using var raw = new RawMediaOperator(_pod.SocketPath, name);
        hello(raw);
        raw.AwaitClosed();
        return raw.Refusal!.Value.Code;
    }
}
