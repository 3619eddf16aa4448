namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <summary>One connection: control messages in order in each direction, and writes that land while the receiver has not fenced. Cut, it
/// carries nothing, but what was under way may still come out: the ledgers must know it by its epoch.</summary>
internal sealed class SimulatedWire(VirtualTime time, Random random, bool writesInOrder)
{
    private long _lastToReceiver;
    private long _lastToSender;
    private long _lastWrite;

    public bool IsCut { get; private set; }

    /// <summary>The receiver has fenced: nothing lands any more.</summary>
    public bool IsFenced { get; set; }

    public void Cut() => IsCut = true;

    public void ToReceiver(Action action) => _lastToReceiver = Send(action, _lastToReceiver);

    public void ToSender(Action action) => _lastToSender = Send(action, _lastToSender);

    /// <summary>A message that is allowed to overtake and to come twice.</summary>
    public void ToSenderLoosely(Action action)
    {
        if (IsCut)
            return;
        time.After(random.Next(20, 3000), action);
        if (random.Next(8) == 0)
            time.After(random.Next(20, 30_000), action);
    }

    public void Write(Action land)
    {
        if (IsCut)
            return;
        var at = time.Now + random.Next(20, 2000);
        if (writesInOrder)
            at = _lastWrite = Math.Max(at, _lastWrite);
        time.After(at - time.Now, () =>
        {
            // What the network had taken before the cut may land or not.
            if (!IsFenced && (!IsCut || random.Next(2) == 0 || writesInOrder))
                land();
        });
    }

    private long Send(Action action, long last)
    {
        if (IsCut)
            return last;
        var at = Math.Max(time.Now + random.Next(20, 1000), last);
        time.After(at - time.Now, action);
        return at;
    }
}
