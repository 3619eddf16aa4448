using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace K8sMediaFlow.Bench.Tcp;

/// <summary>
/// 1080p frames from memfd to memfd between two processes in two network namespaces, through the Tcp fabric and through a bare C program,
/// in interleaved pairs, and with TLS beside. Writes tcp.json.
/// </summary>
internal static class TcpBench
{
    private const int Pairs = 13, Frames = 2000, Warmup = 400, Blocks = 8;
    private const string CongestionControl = "reno";
    private const int ResultTimeoutMs = 120_000;

    public static int Run(string[] words)
    {
        if (WhatIsMissing() is { } missing)
        {
            Console.Error.WriteLine("bench tcp: " + missing);
            return 1;
        }
        var output = words is ["--out", var folder] ? folder : "bench/results";
        var bare = Compile();
        try
        {
            using var spaces = new TcpNamespaces(CongestionControl);
            var report = Report(spaces, bare);
            Directory.CreateDirectory(output);
            var text = JsonSerializer.Serialize(report, s_indented);
            File.WriteAllText(Path.Combine(output, "tcp.json"), text + "\n");
            Console.WriteLine(text);
            return 0;
        }
        finally
        {
            File.Delete(bare);
        }
    }

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private static SortedDictionary<string, object?> Report(TcpNamespaces spaces, string bare)
    {
        List<Sample> ours = [], theirs = [], encrypted = [];
        for (var pair = 0; pair < Pairs; pair++)
        {
            // Who goes first alternates, so that a machine that warms up or slows down favours neither.
            if (pair % 2 == 0)
                theirs.Add(RunBare(spaces, bare));
            ours.Add(RunOurs(spaces));
            if (pair % 2 == 1)
                theirs.Add(RunBare(spaces, bare));
            encrypted.Add(RunOurs(spaces, "-tls"));
            Console.Error.WriteLine(Invariant(
                $"pair {pair + 1}: ours {ours[^1].MegabytesPerSecond:F0} MB/s {ours[^1].CpuSecondsPerGigabyte:F4} CPU-s/GB, bare {theirs[^1].MegabytesPerSecond:F0} MB/s {theirs[^1].CpuSecondsPerGigabyte:F4}, with TLS {encrypted[^1].MegabytesPerSecond:F0} MB/s {encrypted[^1].CpuSecondsPerGigabyte:F4}"));
        }
        var rates = ours.Zip(theirs, (a, b) => a.MegabytesPerSecond / b.MegabytesPerSecond).ToArray();
        var costs = ours.Zip(theirs, (a, b) => a.CpuSecondsPerGigabyte / b.CpuSecondsPerGigabyte).ToArray();
        return new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["ratio_bare_c"] = Median(rates),
            ["ratio_bare_c_spread"] = Spread(rates),
            ["mb_per_s"] = Median(ours.Select(sample => sample.MegabytesPerSecond)),
            ["mb_per_s_spread"] = Spread(ours.Select(sample => sample.MegabytesPerSecond)),
            ["bare_mb_per_s"] = Median(theirs.Select(sample => sample.MegabytesPerSecond)),
            ["bare_mb_per_s_spread"] = Spread(theirs.Select(sample => sample.MegabytesPerSecond)),
            ["cpu_s_per_gb"] = Median(ours.Select(sample => sample.CpuSecondsPerGigabyte)),
            ["cpu_s_per_gb_spread"] = Spread(ours.Select(sample => sample.CpuSecondsPerGigabyte)),
            ["bare_cpu_s_per_gb"] = Median(theirs.Select(sample => sample.CpuSecondsPerGigabyte)),
            ["bare_cpu_s_per_gb_spread"] = Spread(theirs.Select(sample => sample.CpuSecondsPerGigabyte)),
            ["ratio_cpu_bare_c"] = Median(costs),
            ["ratio_cpu_bare_c_spread"] = Spread(costs),
            ["tls_mb_per_s"] = Median(encrypted.Select(sample => sample.MegabytesPerSecond)),
            ["tls_mb_per_s_spread"] = Spread(encrypted.Select(sample => sample.MegabytesPerSecond)),
            ["tls_cpu_s_per_gb"] = Median(encrypted.Select(sample => sample.CpuSecondsPerGigabyte)),
            ["tls_cpu_s_per_gb_spread"] = Spread(encrypted.Select(sample => sample.CpuSecondsPerGigabyte)),
            ["tls_allocated_bytes_per_frame"] = encrypted.Max(sample => sample.AllocatedBytesPerFrame),
            ["send_calls_per_frame"] = Median(ours.Select(sample => sample.SendCallsPerFrame)),
            ["receive_calls_per_frame"] = Median(ours.Select(sample => sample.ReceiveCallsPerFrame)),
            ["allocated_bytes_per_frame"] = ours.Max(sample => sample.AllocatedBytesPerFrame),
            ["iperf3_mb_per_s"] = Iperf(spaces),
            ["congestion_control"] = CongestionControl,
            ["frame_bytes"] = TcpBenchEnd.PayloadBytes,
            ["frames"] = Frames,
            ["blocks"] = Blocks,
            ["pairs"] = Pairs,
        };
    }

    private static Sample RunOurs(TcpNamespaces spaces, string variant = "") => Measure(
        () => TcpNamespaces.Start(spaces.Receiver, [.. Self(), "tcp-end", "recv" + variant, TcpNamespaces.ReceiverAddress, .. Sizes()]),
        offer => TcpNamespaces.Start(spaces.Sender, [.. Self(), "tcp-end", "send" + variant, offer, .. Sizes()]));

    private static Sample RunBare(TcpNamespaces spaces, string bare) => Measure(
        () => TcpNamespaces.Start(spaces.Receiver, [bare, "recv", TcpNamespaces.ReceiverAddress, "0", .. Sizes()]),
        port => TcpNamespaces.Start(spaces.Sender, [bare, "send", TcpNamespaces.ReceiverAddress, port, .. Sizes()]));

    private static Sample Measure(Func<Process> startReceiver, Func<string, Process> startSender)
    {
        using var receiver = startReceiver();
        try
        {
            using var sender = startSender(Words(receiver)[1]);
            var sent = Words(sender);
            var received = Words(receiver);
            sender.WaitForExit(ResultTimeoutMs);
            receiver.WaitForExit(ResultTimeoutMs);
            return new Sample(received, sent);
        }
        finally
        {
            if (!receiver.HasExited)
                receiver.Kill(entireProcessTree: true);
        }
    }

    private static string[] Words(Process process)
    {
        var line = process.StandardOutput.ReadLineAsync();
        if (!line.Wait(ResultTimeoutMs) || line.Result is null)
            throw new InvalidOperationException("an end of the comparison failed");
        return line.Result.Split(' ');
    }

    private static double? Iperf(TcpNamespaces spaces)
    {
        if (!Checkout.IsInstalled("iperf3"))
            return null;
        using var server = TcpNamespaces.Start(spaces.Receiver, "iperf3", "-s", "-1", "--forceflush");
        server.StandardOutput.ReadLine();
        using var client = TcpNamespaces.Start(spaces.Sender, "iperf3", "-c", TcpNamespaces.ReceiverAddress, "-t", "3", "-J");
        using var result = JsonDocument.Parse(client.StandardOutput.ReadToEnd());
        server.WaitForExit(ResultTimeoutMs);
        return result.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 8e6;
    }

    private static string? WhatIsMissing()
    {
        if (!Environment.IsPrivilegedProcess)
            return "needs root, to make two network namespaces";
        var programs = Checkout.Missing("ip", "gcc");
        return programs.Length == 0 ? null : "missing: " + string.Join(", ", programs);
    }

    private static string Compile()
    {
        var program = Path.Combine(Path.GetTempPath(), $"kmf-bare-tcp-{Environment.ProcessId}");
        using var gcc = Process.Start("gcc", ["-O2", "-o", program, Checkout.Native("bare_tcp.c")]);
        return ProcessEnd.Await(gcc, "compiling bare_tcp.c") == 0
            ? program
            : throw new InvalidOperationException("bare_tcp.c does not compile");
    }

    /// <summary>This program again: through dotnet, where it was started that way.</summary>
    private static string[] Self() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "K8sMediaFlow.Bench.dll")]
        : [Environment.ProcessPath!];

    private static string[] Sizes() => [Invariant($"{Frames}"), Invariant($"{Warmup}"), Invariant($"{Blocks}")];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static double[] Spread(IEnumerable<double> values) => [values.Min(), values.Max()];

    /// <summary>Result lines: seconds, CPU seconds, and of ours socket calls and allocated bytes.</summary>
    private sealed class Sample(string[] received, string[] sent)
    {
        private const double Bytes = (double)Frames * TcpBenchEnd.PayloadBytes;

        public double MegabytesPerSecond => Bytes / 1e6 / Number(received, 1);

        public double CpuSecondsPerGigabyte => (Number(received, 2) + Number(sent, 2)) / (Bytes / 1e9);

        public double SendCallsPerFrame => Number(sent, 3) / Frames;

        public double ReceiveCallsPerFrame => Number(received, 3) / Frames;

        public double AllocatedBytesPerFrame => (Number(received, 4) + Number(sent, 4)) / Frames;

        private static double Number(string[] words, int index) =>
            index < words.Length ? double.Parse(words[index], CultureInfo.InvariantCulture) : 0;
    }
}
