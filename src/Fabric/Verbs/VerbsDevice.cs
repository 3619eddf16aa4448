using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>An open device with its one protection domain, and a thread that hears what happens to it beside its completions.</summary>
internal sealed class VerbsDevice : IDisposable
{
    // What RoCE v2 puts around a packet's payload: IP and UDP, transport, RDMA and immediate headers, checksum.
    private const int HeaderBytes = 64;

    private readonly VerbsChoice _choice;
    private readonly HashSet<VerbsEnd> _ends = [];
    private readonly EventDescriptor _stop = EventDescriptor.Create();
    private readonly Thread _watcher;
    private volatile bool _isStopping;

    private VerbsDevice(DeviceContext context, VerbsChoice choice, RoceAddress address)
    {
        (Context, _choice, Address) = (context, choice, address);
        Limits = context.Limits();
        Port = context.Port(choice.Port);
        Domain = ProtectionDomain.Create(context);
        _watcher = new Thread(Watch) { IsBackground = true, Name = $"verbs {context.Name}" };
        _watcher.Start();
    }

    public DeviceContext Context { get; }

    public ProtectionDomain Domain { get; }

    public DeviceLimits Limits { get; }

    public byte PortNumber => _choice.Port;

    /// <summary>As it was when the device was opened.</summary>
    public PortState Port { get; }

    public RoceAddress Address { get; }

    /// <exception cref="VerbsUnusableException"/>
    public static VerbsDevice Open(VerbsChoice choice)
    {
        if (VerbsLibrary.MissingReason is { } missing)
            throw new VerbsUnusableException(VerbsObstacle.LibraryMissing, missing);
        DeviceContext? context = null;
        try
        {
            context = OpenContext(choice);
            return new VerbsDevice(context, choice, RequireAddress(context, choice));
        }
        catch (NativeException failure)
        {
            context?.Dispose();
            throw new VerbsUnusableException(VerbsObstacle.DeviceBusy, failure.Message, failure);
        }
        catch
        {
            context?.Dispose();
            throw;
        }
    }

    public void Add(VerbsEnd end)
    {
        lock (_ends)
            _ends.Add(end);
    }

    /// <summary>Afterwards the watcher does not touch the end any more.</summary>
    public void Remove(VerbsEnd end)
    {
        lock (_ends)
            _ends.Remove(end);
    }

    /// <summary>Ends that still live keep the device open until they are gone.</summary>
    public void Dispose()
    {
        if (_isStopping)
            return;
        _isStopping = true;
        _stop.Signal();
        _watcher.Join();
        _stop.Dispose();
        Domain.Dispose();
        Context.Dispose();
    }

    private static DeviceContext OpenContext(VerbsChoice choice)
    {
        var names = VerbsLibrary.DeviceNames();
        if (names.Count == 0)
            throw new VerbsUnusableException(VerbsObstacle.NoDevice, "this process sees no RDMA device");
        var name = choice.Device ?? names[0];
        return DeviceContext.TryOpen(name) ?? throw new VerbsUnusableException(VerbsObstacle.NoDevice, $"this process sees no RDMA device {name}");
    }

    private static RoceAddress RequireAddress(DeviceContext context, VerbsChoice choice)
    {
        var port = context.Port(choice.Port);
        var where = $"{context.Name} port {choice.Port}";
        if (!port.IsActive)
            throw new VerbsUnusableException(VerbsObstacle.PortDown, $"{where} is not active");
        var address = RoceAddress.Find(context, choice.Port, port, choice.Address)
            ?? throw new VerbsUnusableException(VerbsObstacle.NoRoceV2Gid, $"{where} has no RoCE v2 GID" + (choice.Address is { } wanted ? $" of {wanted}" : ""));
        if (address.InterfaceMtuBytes(context.Name, choice.Port) is { } mtu && mtu < port.MtuBytes + HeaderBytes)
            throw new VerbsUnusableException(VerbsObstacle.MtuMismatch, $"{where} sends packets of {port.MtuBytes} bytes, and its interface carries {mtu} with their headers");
        return address;
    }

    private void Watch()
    {
        const int boundMs = 60_000;
        while (!_isStopping)
        {
            try
            {
                Context.TryTakeEvent(_stop, boundMs, Tell);
            }
            catch (NativeException failure)
            {
                TellAll($"the device's events cannot be read: {failure.Message}");
                return;
            }
        }
    }

    private void Tell(DeviceEvent happened)
    {
        switch (happened.Kind)
        {
            case DeviceEventKind.QueuePairFailed:
            case DeviceEventKind.CompletionQueueFailed:
                TellOne(happened.Element, $"{Context.Name}: {happened.Kind} (event {happened.Number})");
                break;
            case DeviceEventKind.PortDown when happened.Element == PortNumber:
                TellAll($"{Context.Name}: port {PortNumber} went down");
                break;
            case DeviceEventKind.DeviceFailed:
                TellAll($"{Context.Name}: the device failed");
                break;
        }
    }

    private void TellOne(nint element, string what)
    {
        lock (_ends)
        {
            foreach (var end in _ends.Where(one => one.Is(element)))
                end.Break(what);
        }
    }

    private void TellAll(string what)
    {
        lock (_ends)
        {
            foreach (var end in _ends)
                end.Break(what);
        }
    }
}
