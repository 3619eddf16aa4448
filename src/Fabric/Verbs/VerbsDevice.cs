using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>An open device with its one protection domain, and a thread that hears what happens to it beside its completions.</summary>
internal sealed class VerbsDevice : IDisposable
{
    public const string NoneSeen =
        "this process sees no RDMA device: its driver must be loaded, its file under /dev/infiniband handed to this process, and ibverbs-providers installed";

    private readonly VerbsChoice _choice;
    private readonly HashSet<VerbsEnd> _ends = [];
    private readonly EventDescriptor _stop = EventDescriptor.Create();
    private readonly Thread _watcher;
    private volatile VerbsPort _port;
    private volatile string? _failed;
    private volatile bool _isStopping;
    private long _probes;

    private VerbsDevice(DeviceContext context, VerbsChoice choice, VerbsPort port)
    {
        (Context, _choice, _port) = (context, choice, port);
        Limits = context.Limits();
        Domain = ProtectionDomain.Create(context);
        _watcher = new Thread(Watch) { IsBackground = true, Name = $"verbs {context.Name}" };
        _watcher.Start();
    }

    public DeviceContext Context { get; }

    public ProtectionDomain Domain { get; }

    public DeviceLimits Limits { get; }

    public byte PortNumber => _choice.Port;

    /// <summary>Empty writes by which its ends asked for their peers.</summary>
    public long Probes => Volatile.Read(ref _probes);

    /// <summary>As it was when it was last queried: read it once for what belongs together.</summary>
    public VerbsPort Port => _port;

    /// <exception cref="VerbsUnusableException"/>
    public static VerbsDevice Open(VerbsChoice choice)
    {
        if (VerbsLibrary.MissingReason is { } missing)
            throw new VerbsUnusableException(RdmaUnavailableReason.LibraryMissing, missing);
        DeviceContext? context = null;
        try
        {
            context = OpenContext(choice);
            return new VerbsDevice(context, choice, VerbsPort.Require(context, choice));
        }
        catch (NativeException failure)
        {
            context?.Dispose();
            throw new VerbsUnusableException(RdmaUnavailableReason.DeviceBusy, failure.Message, failure);
        }
        catch
        {
            context?.Dispose();
            throw;
        }
    }

    /// <summary>Looks at the port again. Ends that live keep what they were made with.</summary>
    /// <exception cref="VerbsUnusableException"/>
    public void Refresh()
    {
        if (_failed is { } what)
            throw new VerbsUnusableException(RdmaUnavailableReason.DeviceBusy, $"{what}; restart the sidecar to open it again");
        try
        {
            _port = VerbsPort.Require(Context, _choice, _port);
        }
        catch (NativeException failure)
        {
            throw new VerbsUnusableException(RdmaUnavailableReason.DeviceBusy, failure.Message, failure);
        }
    }

    public void CountProbe() => Interlocked.Increment(ref _probes);

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
        if (names.Count == 0 && choice.Device is null)
            throw new VerbsUnusableException(RdmaUnavailableReason.NoDevice, NoneSeen);
        var name = choice.Device ?? names[0];
        return TryOpen(name)
            ?? throw new VerbsUnusableException(RdmaUnavailableReason.NoDevice,
            $"this process sees no RDMA device {name}" + (names.Count > 0 ? $", only {string.Join(", ", names)}" : ""));
    }

    private static DeviceContext? TryOpen(string name)
    {
        try
        {
            return DeviceContext.TryOpen(name);
        }
        catch (NativeException failure)
        {
            throw new VerbsUnusableException(RdmaUnavailableReason.DeviceBusy,
                $"{failure.Message}: this process must be able to read and write the device's file under /dev/infiniband", failure);
        }
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
                Fail($"{Context.Name}: its events cannot be read: {failure.Message}");
                return;
            }
        }
    }

    /// <summary>What the device says of itself.</summary>
    internal void Tell(DeviceEvent happened)
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
                Fail($"{Context.Name}: the device failed (event {happened.Number})");
                break;
        }
    }

    /// <summary>Permanent: what was opened of a device that failed does not come back.</summary>
    private void Fail(string what)
    {
        _failed = what;
        TellAll(what);
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
