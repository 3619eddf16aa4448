using System.Net;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Contract;

/// <summary>
/// Where a peer pod was and is no more, as plans have said. Not where it is not: a network may show another address than the plan has. Once
/// the pod has come from where the plan has it, the network shows its address, and a connection from elsewhere is another pod's. Not
/// thread-safe.
/// </summary>
internal sealed class FormerAddresses
{
    /// <summary>A pod that moves more often than that in one life of this sidecar has older lives that are long gone.</summary>
    private const int CountMax = 64;

    private readonly List<IPAddress> _addresses = [];
    private IPAddress? _known;
    private bool _wasSeen;

    /// <summary>
    /// A plan has the peer there. Addresses are given again: where it is now it was not before. A plan that does not know (yet) says
    /// nothing: who is cut off from the controller may well be here, and goes on until another one has its place.
    /// </summary>
    public void Found(string? address)
    {
        if (Read(address) is not { } now)
            return;
        if (_known is { } before && !before.Equals(now) && !_addresses.Contains(before))
            _addresses.Add(before);
        _wasSeen &= now.Equals(_known);
        _addresses.Remove(now);
        _known = now;
        if (_addresses.Count > CountMax)
            _addresses.RemoveAt(0);
        Invariant.That(_addresses.Count <= CountMax && !_addresses.Contains(now));
    }

    public bool Holds(IPAddress? address) => address is not null && _addresses.Contains(Plain(address));

    /// <summary>The pod, its certificate checked, has come from there.</summary>
    public void Saw(IPAddress? address) => _wasSeen |= IsKnown(address);

    /// <summary>The pod was seen where the plan has it, and this is another place.</summary>
    public bool IsElsewhere(IPAddress? address) => _wasSeen && !IsKnown(address);

    private bool IsKnown(IPAddress? address) => address is not null && Plain(address).Equals(_known);

    public static IPAddress? Read(string? text) =>
        IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
            ? Plain(address)
            : null;

    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
