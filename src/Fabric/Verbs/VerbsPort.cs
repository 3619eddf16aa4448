using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>A port that frames can leave by, and our address there.</summary>
internal sealed record VerbsPort(PortState State, RoceAddress Address)
{
    // What RoCE v2 puts around a packet's payload: IP and UDP, transport, RDMA and immediate headers, checksum.
    private const int HeaderBytes = 64;

    /// <exception cref="VerbsUnusableException">None can now, and why.</exception>
    /// <exception cref="NativeException">The device does not answer.</exception>
    /// <param name="context">The device.</param>
    /// <param name="choice">Which port, and whose address.</param>
    /// <param name="before">At the last look: an address that is still there, and that none can be better than, is not searched for again,
    /// in hundreds of files.</param>
    public static VerbsPort Require(DeviceContext context, VerbsChoice choice, VerbsPort? before = null)
    {
        var state = context.Port(choice.Port);
        var where = $"{context.Name} port {choice.Port}";
        if (!state.IsActive)
            throw new VerbsUnusableException(RdmaUnavailableReason.PortDown,
                $"{where} is not active: bring its network interface up, and see to its cable");
        var known = before?.Address is { } last && (choice.Address is not null || last.IsBest) && last.IsStill(context, choice.Port)
            ? last
            : null;
        var address = known ?? RoceAddress.Find(context, choice.Port, state, choice.Address)
            ?? throw new VerbsUnusableException(RdmaUnavailableReason.NoRoceV2Gid,
                $"{where} has no RoCE v2 GID" + (choice.Address is { } wanted ? $" of {wanted}" : "")
                + ": give that address to its network interface");
        if (address.InterfaceMtuBytes(context.Name, choice.Port) is { } mtu && mtu < state.MtuBytes + HeaderBytes)
            throw new VerbsUnusableException(RdmaUnavailableReason.MtuMismatch,
                $"{where} sends packets of {state.MtuBytes} bytes, and its interface carries {mtu} with their headers: raise its MTU");
        return new VerbsPort(state, address);
    }
}
