using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Staging;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>Pods whose plan puts their regions on huge pages.</summary>
public sealed class HugePageTests
{
    private static readonly PodPlans Huge = new() { HugePages = HugePages.Size2Mi };

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public async Task Frames_cross_a_link_from_huge_pages_to_huge_pages()
    {
        using var pages = new ReservedPages(8);
        var free = ReservedPages.Free;
        using var pair = new PodPair(Huge);
        // The sink's region, into which nothing is ever written, takes none. An operator that leaves before its last frame is done keeps
        // its mapping to the end of its process, so what is free afterwards is not asked here.
        await using var camera = await pair.Sender.Attach("camera");
        await using var render = await pair.Receiver.Attach("render");
        (free - ReservedPages.Free).ShouldBeGreaterThanOrEqualTo(2);
        for (byte frame = 1; frame <= 20; frame++)
        {
            using (var loan = camera.Outputs["video"].Loan())
            {
                loan.Payload.Fill(frame);
                loan.Send();
            }
            using var received = await Task.Run(() => render.Inputs["video"].Receive(default));
            received!.Value.Payload.ContainsAnyExcept(frame).ShouldBeFalse();
        }
    }

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public void A_media_operator_for_which_there_are_none_is_told_what_to_do_and_so_is_the_status()
    {
        using var pages = new ReservedPages(0);
        using var pod = new TestPod(Huge.Together());
        using var camera = pod.AttachRaw("camera");
        camera.Refusal!.Value.Code.ShouldBe(AttachMessage.RefusalCode.OutOfMemory);
        camera.Refusal.Value.Reason.ShouldContain(
            "1 huge pages of 2 MiB that this machine does not have free (reserve more of them in /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
        pod.StatusOf("camera")
            .ShouldSatisfyAllConditions(status => status.State.ShouldBe(MediaOperatorState.Failed),
            status => status.Reason.ShouldBe(camera.Refusal.Value.Reason));
        using var again = pod.AttachRaw("camera");
        again.Refusal!.Value.Code.ShouldBe(AttachMessage.RefusalCode.OutOfMemory);
    }

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public async Task The_sdk_fails_at_once_with_the_sidecars_words()
    {
        using var pages = new ReservedPages(0);
        using var pod = new TestPod(Huge.Together());
        var refused = await Should.ThrowAsync<MediaOperatorException>(() => pod.Attach("camera"));
        (refused.Error, refused.Message).ShouldSatisfyAllConditions(
            one => one.Error.ShouldBe(MediaOperatorError.Refused), one =>
                one.Message.ShouldContain("OutOfMemory: region 'kmf-camera-0' needs 1 huge pages"));
    }

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public void A_link_for_which_there_are_none_is_not_opened()
    {
        using var pages = new ReservedPages(0);
        Should.Throw<StagingException>(() => new TestPod(Huge.Receiving())).Message.ShouldContain("huge pages of 2 MiB");
    }
}
