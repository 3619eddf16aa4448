using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;

namespace K8sMediaFlow.Links.Fabrics;

/// <summary>A proposal for each fabric that a dialling link offers, in order of preference.</summary>
internal sealed class LinkProposals : IDisposable
{
    private readonly List<(FabricKind Kind, IFabricProposal Proposal)> _all = [];

    /// <exception cref="LinkException">None can be made.</exception>
    public LinkProposals(FabricsNow offered, FabricOptions options, FabricIdentity identity)
    {
        (Missing, ProtocolLowest) = (offered.Missing, offered.ProtocolLowest);
        foreach (var one in offered.Usable)
            Add(one.Fabric, options, identity);
        if (_all.Count == 0)
            throw new LinkException(LinkLoss.FabricUnusable, Missing);
    }

    public IReadOnlyList<(FabricKind Kind, IFabricProposal Proposal)> All => _all;

    /// <summary>Why a better fabric is not offered.</summary>
    public string Missing { get; private set; }

    /// <summary>The oldest protocol that they can be made in.</summary>
    public ushort ProtocolLowest { get; }

    public IFabricProposal Of(FabricKind kind) => _all.First(one => one.Kind == kind).Proposal;

    public void Dispose()
    {
        foreach (var (_, proposal) in _all)
            proposal.Dispose();
    }

    /// <summary>Two reasons, either of which may be empty.</summary>
    public static string Both(string one, string other) => one.Length == 0 ? other : other.Length == 0 ? one : $"{one}; {other}";

    private void Add(IFabric fabric, FabricOptions options, FabricIdentity identity)
    {
        try
        {
            _all.Add((fabric.Kind, fabric.Propose(options, identity)));
        }
        catch (FabricException failure) when (failure.Error == FabricError.Incompatible)
        {
            Missing = Both(Missing, failure.Message);
        }
    }
}
