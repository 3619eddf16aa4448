using System.Net;
using System.Security.Cryptography;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Simulated;

/// <summary>The fabric of one simulated machine, or of all of them.</summary>
public sealed class SimulatedFabric(SimulatedNetwork network) : IFabric
{
    public FabricKind Kind => FabricKind.Simulated;

    public IFabricListener Listen(IPAddress address, int port, FabricOptions options) =>
        new SimulatedListener(network, address, port, options);

    public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null) => new SimulatedProposal(network, options);

    public IDisposable Register(nint address, long lengthBytes) => NoRegistration.Instance;

    public void Dispose()
    {
    }
}

/// <summary>A simulated address that offers can be found by.</summary>
internal sealed class SimulatedListener : IFabricListener
{
    private readonly SimulatedNetwork _network;
    private readonly FabricOptions _options;
    private readonly List<SimulatedOffer> _offers = [];

    public SimulatedListener(SimulatedNetwork network, IPAddress address, int port, FabricOptions options)
    {
        _network = network;
        _options = options;
        Endpoint = network.Add(this, address, port);
    }

    public IPEndPoint Endpoint { get; }

    public IFabricOffer Open(uint epoch, ReadOnlySpan<byte> proposal, nint areaAddress, long areaLengthBytes,
        FabricIdentity? identity = null)
    {
        if (!proposal.IsEmpty)
            throw new FabricException(FabricError.Incompatible, "a simulated proposal is empty");
        lock (_network.Gate)
        {
            var token = new byte[16];
            _network.Random.NextBytes(token);
            var offer = new SimulatedOffer(_network, this, epoch, token,
                new GrantTable(epoch, areaAddress, areaLengthBytes, _options.GrantsMax));
            _offers.Add(offer);
            return offer;
        }
    }

    public SimulatedOffer? Find(ReadOnlySpan<byte> token)
    {
        foreach (var offer in _offers)
        {
            if (CryptographicOperations.FixedTimeEquals(offer.Bytes.Span, token))
                return offer;
        }
        return null;
    }

    public void Withdraw(SimulatedOffer offer) => _offers.Remove(offer);

    public void Dispose()
    {
        lock (_network.Gate)
        {
            _network.Remove(Endpoint);
            foreach (var offer in _offers.ToArray())
                offer.Dispose();
        }
    }
}

/// <summary>A leave to connect, good until the first one has come.</summary>
internal sealed class SimulatedOffer(SimulatedNetwork network, SimulatedListener listener, uint epoch, byte[] token, GrantTable grants)
    : IFabricOffer
{
    private SimulatedConnection? _arrived;
    private bool _isDisposed;

    public uint Epoch => epoch;

    public GrantTable Grants => grants;

    public ReadOnlyMemory<byte> Bytes => token;

    public void Arrive(SimulatedConnection connection)
    {
        Invariant.That(_arrived is null && !_isDisposed);
        _arrived = connection;
        listener.Withdraw(this);
    }

    public IFabricReceiver Accept(TimeSpan deadline)
    {
        lock (network.Gate)
        {
            network.WaitUntil(() => _isDisposed || _arrived is not null, deadline);
            if (_isDisposed)
                throw new FabricException(FabricError.Aborted, "the offer was withdrawn");
            var connection = _arrived ?? throw new FabricException(FabricError.Deadline, "no sender connected");
            _arrived = null;
            return new SimulatedReceiver(network, connection, grants);
        }
    }

    public void Dispose()
    {
        lock (network.Gate)
        {
            _isDisposed = true;
            _arrived?.Cut();
            listener.Withdraw(this);
            network.Wake();
        }
    }
}

/// <summary>The sender's half: nothing to prepare.</summary>
internal sealed class SimulatedProposal(SimulatedNetwork network, FabricOptions options) : IFabricProposal
{
    public ReadOnlyMemory<byte> Bytes => default;

    public IFabricSender Connect(ReadOnlySpan<byte> offer, TimeSpan deadline)
    {
        lock (network.Gate)
        {
            var found = network.Find(offer) ?? throw new FabricException(FabricError.Refused, "no listener has this offer");
            var connection = network.Connect(found, options);
            found.Arrive(connection);
            network.Wake();
            return new SimulatedSender(network, connection);
        }
    }

    public void Dispose()
    {
    }
}
