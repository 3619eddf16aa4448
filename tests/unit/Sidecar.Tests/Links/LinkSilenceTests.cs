using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>Links on whose control connection nothing comes any more: the peer has no time to run, hangs, or its machine is gone.</summary>
public sealed class LinkSilenceTests : IDisposable
{
    private const int Frames = 200, Before = 50;

    private static readonly LinkOptions Options = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        SilenceMax = TimeSpan.FromMilliseconds(500),
        HungMax = TimeSpan.FromMinutes(10),
        OpenDeadline = TimeSpan.FromSeconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5),
        BackOffMax = TimeSpan.FromMilliseconds(50),
    };

    private readonly Consumer _consumer = new();
    private readonly MemorySource _source = new(Frames, 24, 20_000) { Limit = Before };
    private readonly MemorySink _sink;

    public LinkSilenceTests() => _sink = new MemorySink(10, 32_768, _consumer, holdFrames: 0);

    public void Dispose()
    {
        _sink.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void A_peer_that_is_silent_for_a_while_and_whose_machine_answers_keeps_its_link()
    {
        using var receiving = new ReceivingPod(_sink, 0, Options);
        using var relay = new Relay(receiving.Listener.LocalEndpoint.Port);
        using var sending = new SendingPod(_source, relay.Endpoint, Options);
        AwaitFrames(sending, receiving, Before);

        relay.IsStalled = true;
        Thread.Sleep(4 * Options.SilenceMax);
        relay.IsStalled = false;

        _source.Limit = ulong.MaxValue;
        AwaitFrames(sending, receiving, Frames);
        (sending.Link.Status.Losses, receiving.Link.Status.Losses).ShouldBe((0UL, 0UL));
    }

    [Fact]
    public void A_peer_that_hangs_for_longer_than_it_may_is_given_up() =>
        LoseAndFindAgain(Options with { HungMax = TimeSpan.FromSeconds(2) }, static _ => { }, "it hangs");

    [Fact]
    public void A_peer_whose_machine_is_gone_is_given_up_long_before_one_that_hangs() =>
        LoseAndFindAgain(Options, static relay => relay.Vanish(), "its machine does not answer");

    private void LoseAndFindAgain(LinkOptions options, Action<Relay> fail, string words)
    {
        using var receiving = new ReceivingPod(_sink, 0, options);
        using var relay = new Relay(receiving.Listener.LocalEndpoint.Port);
        using var sending = new SendingPod(_source, relay.Endpoint, options);
        AwaitFrames(sending, receiving, Before);

        relay.IsStalled = true;
        fail(relay);
        // One end notices first, and the other may then see no more than its closed data connection.
        Watchdog.Until(() => HasLost(sending.Link.Status, words) || HasLost(receiving.Link.Status, words),
            () => $"nobody says '{words}': {sending.Link.Status}; {receiving.Link.Status}");
        relay.IsStalled = false;
        relay.CutAll();

        _source.Limit = ulong.MaxValue;
        AwaitFrames(sending, receiving, Frames);
        _consumer.Duplicates.ShouldBe(0UL);
    }

    private static bool HasLost(LinkStatus status, string words) =>
        status is { State: LinkState.Lost, Loss: LinkLoss.Silence } && status.Reason.Contains(words, StringComparison.Ordinal);

    private void AwaitFrames(SendingPod sending, ReceivingPod receiving, ulong last)
    {
        Watchdog.Until(() => _consumer.Last == last,
            () => $"{_consumer.Last} of {last}; {sending.Link.Status}; {receiving.Link.Status}");
        _consumer.Faults.ShouldBeEmpty();
    }
}
