using System.Diagnostics;
using System.Text.Json;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>
/// Frames between two RDMA devices of the guest of tests/support/rdma: ours against perftest and a bare C program, all of it in one run of
/// the guest. Writes rdma.json.
/// </summary>
internal static class RdmaBench
{
    private const int Pairs = 7, GuestSeconds = 900;

    public static int Run(string[] words)
    {
        var missing = Checkout.Missing("qemu-system-x86_64", "ib_write_bw", "gcc", "taskset");
        if (missing.Length > 0)
        {
            Console.Error.WriteLine("bench rdma: missing: " + string.Join(", ", missing));
            return 1;
        }
        var root = Checkout.Root;
        var line = RunGuest(root, Compile(), words is [.., "--pairs", var pairs] ? pairs : $"{Pairs}");
        var report = JsonSerializer.Deserialize<SortedDictionary<string, object?>>(line)!;
        Statistics.Write(words is ["--out", var folder, ..] ? ["--out", folder] : [], "rdma.json", report);
        return 0;
    }

    /// <summary>Beside this program: the guest sees the folder that it is started in, and not the machine's temporary one.</summary>
    private static string Compile()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "bare_rdma");
        using var gcc = Process.Start("gcc", ["-O2", "-o", program, Checkout.Native("bare_rdma.c"), "-libverbs"]);
        return ProcessEnd.Await(gcc, "compiling bare_rdma.c") == 0
            ? program
            : throw new InvalidOperationException("bare_rdma.c does not compile");
    }

    private static string RunGuest(string root, string bare, string pairs)
    {
        var start = new ProcessStartInfo(
            Path.Combine(root, "tests", "support", "rdma", "run.sh"),
            ["--seconds", $"{GuestSeconds}", Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "K8sMediaFlow.Bench.dll"),
                "rdma-guest", bare, pairs])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
        };
        // Compiled as well as can be from the first call on, as a sidecar is that has run for a while; who leads the comparison, too.
        // Compiled in the background meanwhile, on one of the two processors, some streams had 0.65 to 0.8 of the rate of others.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        using var guest = Process.Start(start)!;
        string? report = null;
        while (guest.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(RdmaReport.Mark, StringComparison.Ordinal))
                report = line[RdmaReport.Mark.Length..];
            else
                Console.Error.WriteLine(line);
        }
        var code = ProcessEnd.Await(guest, "the guest, whose output has ended,");
        return code == 0 && report is not null ? report : throw new InvalidOperationException($"the guest ended with {code}");
    }
}
