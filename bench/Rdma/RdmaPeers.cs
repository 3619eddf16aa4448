using System.Globalization;
using K8sMediaFlow.Operator.Status;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>What ours is measured against: perftest, and bench/native/bare_rdma.c. Same devices, processors and path MTU.</summary>
internal sealed class RdmaPeers(string bare)
{
    /// <summary>The RoCE v2 address of an IPv4 address: the guest's devices have it there.</summary>
    private const string GidIndex = "1";

    public const int PathMtuBytes = 4096;

    /// <summary>As few messages as perftest does.</summary>
    private const int MessagesMin = 5;
    private const double BytesPerMebibyte = 1 << 20;
    private static readonly TimeSpan s_startTime = TimeSpan.FromMilliseconds(300);

    /// <summary>Megabytes per second, and the CPU nanoseconds of both ends from start to end.</summary>
    public static (double MegabytesPerSecond, double CpuNs) WriteBandwidth(int messageBytes, int writes, int frames)
    {
        var (row, cpuNs) = Run("ib_write_bw", messageBytes, frames, ["-t", $"{writes}", "-Q", "1"]);
        return (Number(row[3]) * BytesPerMebibyte / 1e6, cpuNs);
    }

    /// <summary>CPU of a run that carries next to nothing: starting, connecting, registering.</summary>
    public static double StartCpuNs(int messageBytes, int writes) => WriteBandwidth(messageBytes, writes, MessagesMin).CpuNs;

    /// <summary>Nanoseconds one way, the typical ones.</summary>
    public static double LatencyNs(string program, int messageBytes, int rounds) =>
        Number(Run(program, messageBytes, rounds, []).Row[4]) * 1e3;

    public (RdmaResult Lead, RdmaResult Answer) Play(string polling, int messageBytes, int warmup, int rounds)
    {
        using var end = new RdmaChild(1, bare, "end", "rxe1", GidIndex, polling, $"{messageBytes}", $"{rounds}", $"{warmup}");
        using var lead = new RdmaChild(0, bare, "lead", "rxe0", GidIndex, polling, $"{messageBytes}", $"{rounds}", $"{warmup}");
        var (leadCard, endCard) = (lead.Hear(), end.Hear());
        end.Ask(leadCard);
        lead.Ask(endCard);
        return (RdmaResult.Parse(lead.HearAll().Trim()), RdmaResult.Parse(end.HearAll().Trim()));
    }

    /// <summary>The one row of numbers that a client of perftest prints, and what both ends cost.</summary>
    private static (string[] Row, double CpuNs) Run(string program, int messageBytes, int count, string[] more, int attempts = 5)
    {
        string[] common = ["-x", GidIndex, "-m", $"{PathMtuBytes}", "-s", $"{messageBytes}", "-n", $"{count}", "-F", .. more];
        using var server = Timed(1, [program, "-d", "rxe1", .. common]);
        Thread.Sleep(s_startTime);
        using var client = Timed(0, [program, "-d", "rxe0", .. common, "127.0.0.1"]);
        var (said, served) = (client.HearAll(), server.HearAll());
        var row = RowOf(said, messageBytes);
        // It measures its clock when it starts, and does not always succeed on an emulated processor. Then it prints no number, or 0.
        if (row.Contains("inf") || row.Contains("-nan") || Number(row[3]) <= 0)
            return attempts > 1
                ? Run(program, messageBytes, count, more, attempts - 1)
                : throw new InvalidOperationException($"{program} measures no time: {said}");
        return (row, CpuOf(said) + CpuOf(served));
    }

    /// <summary>The shell's own clock for what a program uses: it ends with the two numbers.</summary>
    private static RdmaChild Timed(int processor, string[] words) =>
        new(processor, ["bash", "-c", "TIMEFORMAT='cpu %3U %3S'; { time \"$@\" 2>/dev/null; } 2>&1", "bash", .. words]);

    private static string[] RowOf(string said, int messageBytes) =>
        said.Split('\n').Select(Words).Single(words => words.Length >= 5 && words[0] == $"{messageBytes}");

    private static double CpuOf(string said) =>
        said.Split('\n').Select(Words).Where(words => words is ["cpu", _, _]).Sum(words => (Number(words[1]) + Number(words[2])) * 1e9);

    private static string[] Words(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);
}
