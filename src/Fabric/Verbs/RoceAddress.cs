using System.Net;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>Our own address on the wire: an entry of a port's table that is RoCE v2.</summary>
internal sealed record RoceAddress(byte Index, byte[] Gid)
{
    private const string Devices = "/sys/class/infiniband", Interfaces = "/sys/class/net";

    /// <summary>As an IP address: a GID of an IPv4 address is that address mapped into IPv6.</summary>
    public IPAddress Address => new IPAddress(Gid) is var ip && ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : new IPAddress(Gid);

    /// <summary>
    /// The entry of the wanted address, or the best one: IPv4 before routed IPv6 before link-local. Null where there is none.
    /// </summary>
    public static RoceAddress? Find(DeviceContext context, byte port, PortState state, IPAddress? wanted) =>
        All(context, port, state).Where(one => wanted is null || one.Address.Equals(wanted)).OrderBy(one => one.Rank).FirstOrDefault();

    /// <summary>None is preferred to it.</summary>
    public bool IsBest => Rank == 0;

    /// <summary>The entry has not changed.</summary>
    public bool IsStill(DeviceContext context, byte port) =>
        IsRoceV2(context.Name, port, Index) && context.Gid(port, Index).AsSpan().SequenceEqual(Gid);

    /// <summary>MTU of the network interface that the address is of; null where this process does not see it.</summary>
    public int? InterfaceMtuBytes(string device, byte port) =>
        ReadLine($"{Devices}/{device}/ports/{port}/gid_attrs/ndevs/{Index}") is { Length: > 0 } name
            && int.TryParse(ReadLine($"{Interfaces}/{name}/mtu"), out var mtu) ? mtu : null;

    private int Rank => Address switch
    {
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } => 0,
        { IsIPv6LinkLocal: false } => 1,
        _ => 2,
    };

    private static IEnumerable<RoceAddress> All(DeviceContext context, byte port, PortState state)
    {
        for (var index = 0; index < Math.Min(state.GidCount, byte.MaxValue + 1); index++)
        {
            if (!IsRoceV2(context.Name, port, index))
                continue;
            var gid = context.Gid(port, index);
            if (gid.AsSpan().ContainsAnyExcept((byte)0))
                yield return new RoceAddress((byte)index, gid);
        }
    }

    private static bool IsRoceV2(string device, byte port, int index) =>
        ReadLine($"{Devices}/{device}/ports/{port}/gid_attrs/types/{index}") == "RoCE v2";

    /// <summary>Null where there is nothing to read: the kernel answers EINVAL for an entry that is empty.</summary>
    private static string? ReadLine(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
