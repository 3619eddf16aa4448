using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;

namespace K8sMediaFlow.Links.Fabrics;

/// <summary>What an accepting link answers to what it was offered: the best fabric that both ends can use now.</summary>
/// <param name="Offer">Made; the caller disposes it.</param>
/// <param name="Kind">Of which fabric.</param>
/// <param name="Declined">Why not a better one that was offered; empty where it is the best of those.</param>
/// <param name="Missed">What was offered and could not be used here.</param>
internal sealed record InboundChoice(IFabricOffer Offer, FabricKind Kind, string Declined, IReadOnlyList<FabricKind> Missed)
{
    /// <exception cref="LinkException">Nothing that was offered can be used here.</exception>
    public static InboundChoice Make(FabricsNow now, InboundHello hello, uint epoch, ILinkSink sink,
        FabricIdentity identity)
    {
        // What is not among ours is spoken of only where the peer has it.
        var missed = hello.Proposals.Keys.Where(kind => now.RankOf(kind) < 0).ToList();
        var declined = missed.Count > 0 ? now.Missing : "";
        foreach (var one in now.Usable)
        {
            if (!hello.Proposals.TryGetValue(one.Kind, out var proposal))
                continue;
            try
            {
                var offer = one.Listener.Open(epoch, proposal, sink.AreaAddress, sink.AreaLengthBytes, identity);
                return new InboundChoice(offer, one.Kind, declined, missed);
            }
            catch (FabricException failure) when (failure.Error == FabricError.Incompatible)
            {
                declined = LinkProposals.Both(declined, failure.Message);
            }
        }
        throw new LinkException(LinkLoss.NoCommonFabric, Refusal(now, hello, declined));
    }

    /// <summary>What was declined for our own sake can be used now.</summary>
    public bool IsOutdone(FabricsNow now) =>
        Missed.Count > 0 && Missed.Any(better => now.RankOf(better) is >= 0 and var rank && rank < now.RankOf(Kind));

    private static string Refusal(FabricsNow now, InboundHello hello, string declined)
    {
        var why = LinkProposals.Both(declined, hello.Missing);
        return $"no common fabric: offered {Names(hello.Proposals.Keys)}, this end has {Names(now.Usable.Select(one => one.Kind))}{(why.Length > 0 ? ": " + why : "")}";
    }

    private static string Names(IEnumerable<FabricKind> kinds) =>
        string.Join(", ", kinds.Select(kind => kind.ToString()).DefaultIfEmpty("none"));
}
