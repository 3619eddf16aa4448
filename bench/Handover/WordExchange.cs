using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Bench.Handover;

/// <summary>The floors: a ping-pong over two words and nothing else, spinning and over a futex.</summary>
internal sealed unsafe class WordExchange
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly uint* _own;
    private readonly uint* _peer;

    public WordExchange(MappedMemory words, bool leads)
    {
        _own = (uint*)(words.Pointer + (leads ? 0 : 1024));
        _peer = (uint*)(words.Pointer + (leads ? 1024 : 0));
    }

    public void Spin(bool leads, long[] nanosecondsOfRoundTrips) => Run(leads, nanosecondsOfRoundTrips, sleeps: false);

    public void Sleep(bool leads, long[] nanosecondsOfRoundTrips) => Run(leads, nanosecondsOfRoundTrips, sleeps: true);

    private void Run(bool leads, long[] nanosecondsOfRoundTrips, bool sleeps)
    {
        var before = MonotonicClock.Nanoseconds;
        for (var round = 0; round < nanosecondsOfRoundTrips.Length; round++)
        {
            if (leads)
                Send(sleeps);
            Receive(sleeps);
            if (!leads)
                Send(sleeps);
            var after = MonotonicClock.Nanoseconds;
            nanosecondsOfRoundTrips[round] = after - before;
            before = after;
        }
    }

    private void Send(bool sleeps)
    {
        Volatile.Write(ref *_peer, 1);
        if (sleeps)
            _ = Futex.WakeAll(_peer);
    }

    private void Receive(bool sleeps)
    {
        while (Volatile.Read(ref *_own) == 0)
        {
            if (sleeps)
                Futex.Wait(_own, 0, Limit);
        }
        Volatile.Write(ref *_own, 0);
    }
}
