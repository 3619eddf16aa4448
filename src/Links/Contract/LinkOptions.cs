namespace K8sMediaFlow.Links.Contract;

/// <summary>The times and limits of a link. The defaults are the protocol's; tests shorten them.</summary>
public sealed record LinkOptions
{
    /// <summary>How often each end says that it lives. <remarks>Defaults to 250 ms (DESIGN 6.1).</remarks></summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The same of a peer whose machine acknowledges what is sent to it: the process lives, but hangs or is throttled. <remarks>Defaults to
    /// 10 s.</remarks>
    /// </summary>
    public TimeSpan HungMax
    {
        get => field > SilenceMax ? field : SilenceMax;
        init;
    } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which a link is lost. <remarks>Defaults to 1 s (DESIGN 6.5).</remarks></summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// From the dial (or the accept) until both ends are ready; a peer whose machine answers has <see cref="HungMax"/>.
    /// <remarks>Defaults to 5 s: a dead pod address must not stall for minutes.</remarks>
    /// </summary>
    public TimeSpan OpenDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long acknowledgements wait for company. <remarks>Defaults to 2 ms; grants that the sender is short of do not wait.</remarks>
    /// </summary>
    public TimeSpan AcknowledgeDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>First pause after a failed attempt; doubles up to <see cref="BackOffMax"/>. <remarks>Defaults to 50 ms.</remarks></summary>
    public TimeSpan BackOffMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause between attempts. <remarks>Defaults to 1 s: a link is back within 2 s of its peer.</remarks></summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Refusals in a row after which the peer is left alone for <see cref="BreakerPause"/>. <remarks>Defaults to 5.</remarks>
    /// </summary>
    public int BreakerFailures { get; init; } = 5;

    /// <summary>How long an open breaker rests before one attempt is let through. <remarks>Defaults to 5 s.</remarks></summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the best of several fabrics rests after it has failed on the way; doubles up to <see cref="FabricRestMax"/>.
    /// <remarks>Defaults to 2 s.</remarks>
    /// </summary>
    public TimeSpan FabricRestMin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Longest such rest, and how long it must have held to be trusted anew. <remarks>Defaults to 60 s: a try that fails stands still for
    /// half a second.</remarks>
    /// </summary>
    public TimeSpan FabricRestMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Writes posted to the fabric and not completed. <remarks>Defaults to 64: enough to keep a socket busy, and each needs a header
    /// buffer.</remarks>
    /// </summary>
    public int WritesInFlightMax { get; init; } = 64;

    /// <summary>
    /// Handshakes that a listener works on at once; for one more, the longest that has shown no certificate goes. <remarks>Defaults to
    /// 64.</remarks>
    /// </summary>
    public int HandshakesMax { get; init; } = 64;

    /// <summary>
    /// What a thread that moves the link's frames does first, such as to give way to those of other links; null for nothing.
    /// </summary>
    public Action? OnThread { get; init; }

    /// <summary>What the end of certificates is compared with.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
