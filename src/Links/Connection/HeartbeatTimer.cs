using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Liveness;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// The heartbeats of one connection, shared by the thread that reads it and the turns that write. Starved is not dead: before a peer counts
/// as silent this end makes sure that it was not late itself, and that nothing lies unread in the socket; and a peer whose machine still
/// acknowledges what is sent to it has longer.
/// </summary>
internal sealed class HeartbeatTimer
{
    private readonly object _lock = new();
    private readonly TimeProvider _clock;
    private Heartbeats _heartbeats;
    private ulong _peerSentAt;
    private long _peerHeardAt;
    private long _roundTrip;
    private readonly LinkOptions _options;

    public HeartbeatTimer(LinkOptions options)
    {
        (_options, _clock) = (options, options.Clock);
        _heartbeats = new Heartbeats(Nanoseconds(options.HeartbeatInterval), Nanoseconds(options.SilenceMax), MonotonicClock.Nanoseconds);
    }

    /// <summary>Last measured round trip; 0 before the first.</summary>
    public long RoundTripNanoseconds => Volatile.Read(ref _roundTrip);

    /// <summary>A valid message came.</summary>
    public void Heard()
    {
        lock (_lock)
            _heartbeats.Heard(MonotonicClock.Nanoseconds);
    }

    /// <summary>A heartbeat came.</summary>
    public void Heard(ulong sentAt, ulong echo, ulong echoHeld)
    {
        var now = MonotonicClock.Nanoseconds;
        lock (_lock)
        {
            (_peerSentAt, _peerHeardAt) = (sentAt, now);
            if (echo <= long.MaxValue && echoHeld <= long.MaxValue)
                _heartbeats.Echoed((long)echo, (long)echoHeld, now);
            Volatile.Write(ref _roundTrip, _heartbeats.RoundTripNanoseconds);
        }
    }

    /// <summary>The peer is to be given up; says why.</summary>
    public bool IsSilent(ControlConnection connection, out string why)
    {
        why = "";
        TimeSpan silence;
        lock (_lock)
            silence = TimeSpan.FromTicks(_heartbeats.Silence(MonotonicClock.Nanoseconds) / 100);
        if (silence <= _options.SilenceMax || connection.HasUnread)
            return false;
        if (connection.IsAnsweredWithin(_options.SilenceMax))
        {
            why = $"nothing heard from the peer for {silence.TotalSeconds:0.0} s, though its machine answers: it hangs, or gets no time to run";
            return silence > _options.HungMax;
        }
        why = $"nothing heard from the peer for {silence.TotalSeconds:0.0} s, and its machine does not answer either";
        return true;
    }

    /// <summary>Queues a heartbeat if one is due; says how long until the next.</summary>
    /// <exception cref="LinkException">A certificate of the connection has run out.</exception>
    public TimeSpan Beat(ControlConnection connection, uint epoch)
    {
        lock (_lock)
        {
            var now = MonotonicClock.Nanoseconds;
            if (_heartbeats.TryBeat(now))
                Write(connection, epoch, now);
            // Rounded up: a turn before the beat is due would find nothing to do, and ask for the next one at once.
            return TimeSpan.FromTicks((_heartbeats.NanosecondsToNextBeat(now) + 99) / 100);
        }
    }

    private void Write(ControlConnection connection, uint epoch, long now)
    {
        if (_clock.GetUtcNow() > connection.ValidUntil)
            throw new LinkException(LinkLoss.CertificateExpired,
                $"a certificate of this connection was valid until {connection.ValidUntil:u}");
        var heartbeat = connection.Begin().InitHeartbeat();
        heartbeat.Epoch = epoch;
        heartbeat.SentNs = (ulong)now;
        heartbeat.EchoNs = _peerSentAt;
        Invariant.That(now >= _peerHeardAt);
        heartbeat.EchoHeldNs = _peerSentAt == 0 ? 0 : (ulong)(now - _peerHeardAt);
        connection.Queue();
    }

    private static long Nanoseconds(TimeSpan span) => (long)span.TotalNanoseconds;
}
