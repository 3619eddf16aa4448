using System.Net;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Native;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Devices;

/// <summary>
/// The RDMA device of this sidecar. Opened as soon as it can be, looked at twice a second, with all memory registered on it that links may
/// read from: a port that goes down and comes back is told by what links are offered, and by the status. Any thread.
/// </summary>
internal sealed class RdmaDeviceManager : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>What is not there at all comes seldom, and is looked for in many files.</summary>
    private static readonly TimeSpan AbsentInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<VerbsChoice> _choices;
    private readonly string _absence;
    private readonly FabricOptions _options;
    private readonly ILogger _logger;
    private readonly RegisteredRegions _regions = new();
    private readonly Timer _timer;
    private VerbsFabric? _fabric;
    private LinkFabric? _link;
    private bool _isDisposed;
    private volatile State _state = new(null, new RdmaStatus(false, "", "", "", ""));
    private volatile VerbsFabric? _probed;

    /// <param name="choices">Devices that this process may use, the preferred one first.</param>
    /// <param name="absence">Why there is none, where there is none.</param>
    /// <param name="options">Of every connection.</param>
    /// <param name="logger">Hears of every change.</param>
    public RdmaDeviceManager(IReadOnlyList<VerbsChoice> choices, string absence, FabricOptions options, ILogger logger)
    {
        (_choices, _absence, _options, _logger) = (choices, absence, options, logger);
        _timer = new Timer(_ => Look());
        Look();
    }

    /// <summary>The fabric, or null and why it cannot be used now.</summary>
    public (LinkFabric? Usable, string Missing) Now
    {
        get
        {
            var state = _state;
            return (state.Usable, state.Status.Detail);
        }
    }

    public RdmaStatus Status => _state.Status with { Probes = _probed?.Probes ?? 0 };

    public int RegisteredRegions => _regions.Count;

    /// <summary>Whether there is a device that may have to read the pod's memory, now or later.</summary>
    public bool HasDevice => _choices.Count > 0;

    /// <summary>Makes memory known to the device, now or when there is one, until the result is disposed.</summary>
    public IDisposable Register(nint address, long lengthBytes)
    {
        lock (_gate)
        {
            var region = _regions.Add(address, lengthBytes);
            // The whole look: memory that was registered says nothing of a port that is down.
            if (_fabric is not null)
                Settle(LookNow);
            return region;
        }
    }

    /// <summary>After the links: their ends keep the device open.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _state = _state with { Usable = null };
            _timer.Dispose();
            _regions.Dispose();
            _link?.Listener.Dispose();
            _fabric?.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            Settle(LookNow);
            _timer.Change(_fabric is null ? AbsentInterval : LookInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void LookNow()
    {
        if (_fabric is null)
        {
            _fabric = Open();
            _probed = _fabric;
            _link = new LinkFabric(_fabric, _fabric.Listen(IPAddress.Any, 0, _options));
        }
        _fabric.Refresh();
        _regions.RegisterAll(_fabric);
    }

    /// <summary>The first one that can be opened; where none can, the first one's reason counts.</summary>
    private VerbsFabric Open()
    {
        VerbsUnusableException? first = null;
        foreach (var choice in _choices)
        {
            try
            {
                return VerbsFabric.Open(choice);
            }
            catch (VerbsUnusableException failure)
            {
                first ??= failure;
            }
        }
        throw first ?? new VerbsUnusableException(RdmaUnavailableReason.NoDevice, _absence);
    }

    /// <summary>Tries, and says what came of it.</summary>
    private void Settle(Action attempt)
    {
        var before = _state.Status;
        try
        {
            attempt();
            _state = new State(_link, new RdmaStatus(true, _fabric!.DeviceName, _fabric.Address.ToString(), "", ""));
        }
        catch (VerbsUnusableException failure)
        {
            Refuse(failure.Obstacle, failure.Message);
        }
        catch (FabricException failure)
        {
            Refuse(failure.InnerException is NativeException { IsOutOfMemory: true }
                ? RdmaUnavailableReason.MemlockLimited
                : RdmaUnavailableReason.DeviceBusy, failure.Message);
        }
        if (_state.Status is var now && now != before)
            Report(now);
    }

    private void Report(RdmaStatus now)
    {
        if (now.Usable)
            _logger.LogInformation("RDMA by {Device} as {Address}", now.Device, now.Address);
        else
            _logger.LogInformation("no RDMA: {Detail}", now.Detail);
    }

    private void Refuse(RdmaUnavailableReason obstacle, string why) =>
        _state = new State(null, new RdmaStatus(false, _fabric?.DeviceName ?? (_choices.Count > 0 ? _choices[0].Device : null) ?? "", "",
            obstacle.ToString(), why));

    private sealed record State(LinkFabric? Usable, RdmaStatus Status);
}
