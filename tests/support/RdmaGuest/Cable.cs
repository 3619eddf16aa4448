using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What can be done to the cable between the guest's devices; disposing mends it.</summary>
internal sealed class Cable : IDisposable
{
    private static readonly TimeSpan s_watchdog = TimeSpan.FromSeconds(20);

    private readonly Action _mend;

    private Cable(Action mend) => _mend = mend;

    /// <summary>Takes one end's interface down. It comes up again with its address, and the device's port with it.</summary>
    public static Cable Unplug(string port)
    {
        Tool.Run("/bin/ip", ["link", "set", port, "down"]);
        return new Cable(() =>
        {
            Tool.Run("/bin/ip", ["link", "set", port, "up"]);
            Await(() => IsActive("rxe0") && IsActive("rxe1") && HasRoutes());
        });
    }

    /// <summary>Takes the IPv4 address from eth0, and the GID that was made of it with it.</summary>
    public static Cable TakeAddress()
    {
        Tool.Run("/bin/ip", ["addr", "del", "10.77.0.1/24", "dev", "eth0"]);
        Await(() => !HasGid());
        return new Cable(() =>
        {
            Tool.Run("/bin/ip", ["addr", "add", "10.77.0.1/24", "dev", "eth0"]);
            Tool.Run("/bin/ip", ["route", "replace", "10.77.0.2", "dev", "eth0", "src", "10.77.0.1", "table", "100"]);
            Await(HasGid);
        });
    }

    /// <summary>Makes eth0 carry less at once.</summary>
    public static Cable Narrow(int mtuBytes)
    {
        Tool.Run("/bin/ip", ["link", "set", "eth0", "mtu", $"{mtuBytes}"]);
        return new Cable(() => Tool.Run("/bin/ip", ["link", "set", "eth0", "mtu", "4500"]));
    }

    /// <summary>What leaves by rxe0 goes through netem.</summary>
    public static Cable Disturb(params string[] netem)
    {
        Tool.Run("/sbin/tc", ["qdisc", "add", "dev", "eth0", "root", "netem", .. netem]);
        return new Cable(() => Tool.Run("/sbin/tc", ["qdisc", "del", "dev", "eth0", "root"]));
    }

    /// <summary>Packets that came twice or not in their turn, as the device at the other end counts them.</summary>
    public static long Disturbances() => Counter("rxe1", "duplicate_request") + Counter("rxe1", "out_of_seq_request");

    public static long Counter(string device, string name) =>
        long.Parse(File.ReadAllText($"/sys/class/infiniband/{device}/ports/1/hw_counters/{name}"),
            System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose() => _mend();

    private static bool IsActive(string device) =>
        File.ReadAllText($"/sys/class/infiniband/{device}/ports/1/state").Contains("ACTIVE", StringComparison.Ordinal);

    private static bool HasGid() =>
        Directory.EnumerateFiles("/sys/class/infiniband/rxe0/ports/1/gids")
            .Any(one => File.ReadAllText(one).Contains("ffff:0a4d:0001", StringComparison.Ordinal));

    /// <summary>guest.sh puts the routes back that link down took away.</summary>
    private static bool HasRoutes() =>
        Tool.Run("/bin/ip", ["route", "show", "table", "100"]).Length > 0
            && Tool.Run("/bin/ip", ["route", "show", "table", "101"]).Length > 0;

    private static void Await(Func<bool> condition)
    {
        var startedAt = DateTime.UtcNow;
        while (!condition())
        {
            (DateTime.UtcNow - startedAt).ShouldBeLessThan(s_watchdog);
            Thread.Sleep(20);
        }
    }
}
