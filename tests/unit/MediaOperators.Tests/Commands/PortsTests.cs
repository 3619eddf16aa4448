using K8sMediaFlow.MediaOperators.Commands;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Tests.Commands;

public class PortsTests
{
    private static readonly (string, FrameCaps?) _video = ("picture", new VideoCaps(64, 48, "yuv420p", 30, 1));
    private static readonly (string, FrameCaps?) _audio = ("sound", new AudioCaps(48000, 2, "s16le"));
    private static readonly (string, FrameCaps?) _encoded = ("boxes", new EncodedCaps("Detections", 1, "capnp"));

    [Fact]
    public void Ports_are_found_by_what_flows_there()
    {
        new Ports([_audio, _video], []).Sinks().ShouldBe(("picture", "sound"));
        new Ports([], [_audio]).Sources().ShouldBe((null, "sound"));
        new Ports([_video], [_video]).Filter().ShouldBe(("picture", "picture"));
    }

    [Fact]
    public void A_missing_port_is_named_with_those_that_are_there()
    {
        Message(() => new Ports([_audio, _encoded], [_video]).Filter())
            .ShouldBe("there must be a video input port; the plan has: sound (audio), boxes (encoded)");
        Message(() => new Ports([], []).Sources()).ShouldBe("there must be a video or audio output port; the plan has: none");
    }

    [Fact]
    public void A_port_that_nobody_would_read_is_refused_since_it_would_block_its_producer()
    {
        Message(() => new Ports([_video, _audio], [_video]).Filter()).ShouldBe("this verb has no use for input port 'sound' (audio)");
        Message(() => new Ports([_video, ("mystery", null)], []).Sinks())
            .ShouldBe("this verb has no use for input port 'mystery' (without caps)");
    }

    [Fact]
    public void Two_ports_of_one_kind_are_refused() =>
        Message(() => new Ports([_video, ("other", _video.Item2)], []).Sinks())
            .ShouldBe("there may be one video input port, but the plan has 2: picture, other");

    private static string Message(Action action) => Should.Throw<MediaException>(action).Message;
}
