using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>One channel of an <see cref="FanIn"/>, from its attach until everything that came by it is done.</summary>
public sealed class FanInChannel
{
    /// <summary>No ticket: they begin with 1. It is that of a notice which no producer sent.</summary>
    internal const ulong NoTicket = 0;

    internal FanInChannel(ulong id, int producer, IInboundChannel channel) => (Id, Producer, Channel) = (id, producer, channel);

    /// <summary>The sidecar's number for the channel.</summary>
    public ulong Id { get; }

    /// <summary>The producer's number, kept over its lives.</summary>
    public int Producer { get; }

    /// <summary>The end itself.</summary>
    public IInboundChannel Channel { get; }

    /// <summary>Frames that came by it and are not done: when it is drained and this is 0, nothing of it is held any more.</summary>
    public int NotDone { get; private set; }

    /// <summary>The producer is dead: what it had sent still counts, nothing new comes.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>It is closing and its ring was found empty.</summary>
    public bool IsDrained { get; internal set; }

    /// <summary>The channel is no more (its sidecar is dead, or it was severed): nothing is read or given back any more.</summary>
    public bool IsCut { get; internal set; }

    /// <summary>Its end of stream was read.</summary>
    public bool HasEnded { get; internal set; }

    /// <summary>The owner's own, for what the channel needs beside (mappings, region tables).</summary>
    public object? State { get; set; }

    /// <summary>The producer is dead. What it had sent is handed out still.</summary>
    public void Close() => IsClosing = true;

    /// <summary>
    /// The producer broke the rules: nothing is read from it or given back to it any more. What it had sent and we hold stays valid.
    /// </summary>
    public void Sever() => (IsClosing, IsDrained, IsCut) = (true, true, true);

    internal bool IsLast { get; set; }

    /// <summary>The channel of its producer's last life. What came by it was sent first: order is kept by reading it to its end.</summary>
    internal FanInChannel? Predecessor { private get; set; }

    internal bool IsBehind
    {
        get
        {
            // The last life may have sent nothing, and waits behind the one before.
            if (Predecessor is { } last && (last is { IsDrained: false, IsCut: false } || last.IsBehind))
                return true;
            Predecessor = null;
            return false;
        }
    }

    internal bool IsStuck => NotDone >= Channel.Capacity || HasEnded;

    internal void Popped() => NotDone++;

    internal void GiveBack(ulong ticket, Channels.ReturnKind kind)
    {
        if (ticket == NoTicket)
            return;
        if ((kind & Channels.ReturnKind.Done) != 0)
            NotDone--;
        Invariant.That(NotDone >= 0);
        if (!IsCut)
            Channel.Return(ticket, kind);
    }
}
