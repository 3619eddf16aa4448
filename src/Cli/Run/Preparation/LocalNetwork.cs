using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>
/// A loopback network for one run: each pod has an address of its own and the same ports, as pods have in a cluster. All of 127.0.0.0/8
/// is this machine's.
/// </summary>
internal sealed class LocalNetwork
{
    public const int ControlPort = 7401;
    public const int LinkPort = 7402;
    private const int PodsMax = 250;
    private const int Tries = 50;
    private readonly byte _second;
    private readonly byte _third;

    private LocalNetwork(byte second, byte third)
    {
        _second = second;
        _third = third;
    }

    /// <summary>A network on which no process listens.</summary>
    /// <exception cref="RunException">None was found, or there are too many pods.</exception>
    public static LocalNetwork Pick(int pods)
    {
        if (pods > PodsMax)
            throw new RunException($"{pods} pods are more than one machine's {PodsMax}");
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var network = new LocalNetwork((byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(0, 255));
            if (Enumerable.Range(0, pods).All(pod => IsFree(network.Address(pod), ControlPort) && IsFree(network.Address(pod), LinkPort)))
                return network;
        }

        throw new RunException($"no free loopback network was found in {Tries} tries");
    }

    public IPAddress Address(int pod) => new([127, _second, _third, (byte)(pod + 1)]);

    private static bool IsFree(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
