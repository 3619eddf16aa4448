using System.Diagnostics;

namespace K8sMediaFlow.Bench.Tcp;

/// <summary>Two network namespaces joined by a veth pair, with reno on both sides: gone when disposed.</summary>
internal sealed class TcpNamespaces : IDisposable
{
    public const string ReceiverAddress = "10.211.0.1";
    private const string SenderAddress = "10.211.0.2";

    private static readonly string s_suffix = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public TcpNamespaces(string congestionControl)
    {
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        Console.CancelKeyPress += OnExit;
        try
        {
            Ip("netns", "add", Receiver);
            Ip("netns", "add", Sender);
            Ip("link", "add", Cable(0), "netns", Receiver, "type", "veth", "peer", "name", Cable(1), "netns", Sender);
            Raise(Receiver, Cable(0), ReceiverAddress, congestionControl);
            Raise(Sender, Cable(1), SenderAddress, congestionControl);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Receiver { get; } = "kmfbench-r" + s_suffix;

    public string Sender { get; } = "kmfbench-s" + s_suffix;

    /// <summary>Starts a program inside one of the namespaces, its output readable.</summary>
    public static Process Start(string name, params string[] words)
    {
        var start = new ProcessStartInfo("ip") { RedirectStandardOutput = true };
        foreach (var word in (string[])["netns", "exec", name, .. words])
            start.ArgumentList.Add(word);
        return Process.Start(start) ?? throw new InvalidOperationException("ip did not start");
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Console.CancelKeyPress -= OnExit;
        Remove();
    }

    private void OnExit(object? sender, EventArgs e) => Remove();

    /// <summary>The cable goes with the namespaces.</summary>
    private void Remove()
    {
        TryIp("netns", "delete", Receiver);
        TryIp("netns", "delete", Sender);
    }

    private static void Raise(string name, string cable, string address, string congestionControl)
    {
        Ip("-n", name, "address", "add", address + "/24", "dev", cable);
        Ip("-n", name, "link", "set", "lo", "up");
        Ip("-n", name, "link", "set", cable, "up");
        using var chosen = Start(name, "sh", "-c", $"echo {congestionControl} > /proc/sys/net/ipv4/tcp_congestion_control");
        if (ProcessEnd.Await(chosen, $"choosing {congestionControl}") != 0)
            throw new InvalidOperationException($"the kernel has no {congestionControl} for a namespace");
    }

    private static string Cable(int end) => $"kmfb{end}-{s_suffix}";

    private static void Ip(params string[] words)
    {
        if (!TryIp(words))
            throw new InvalidOperationException("failed: ip " + string.Join(' ', words));
    }

    private static bool TryIp(params string[] words)
    {
        using var ip = Process.Start("ip", words);
        return ProcessEnd.Await(ip, "ip " + string.Join(' ', words)) == 0;
    }
}
