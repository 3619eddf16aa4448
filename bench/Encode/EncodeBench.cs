using System.Globalization;
using System.Runtime.InteropServices;

namespace K8sMediaFlow.Bench.Encode;

/// <summary>
/// Build and read of one 1080p frame message: ours against C++ Cap'n Proto in interleaved pairs, Protobuf and JSON beside. Writes
/// encode.json.
/// </summary>
internal static class EncodeBench
{
    private const int Pairs = 15;
    private const int Runs = 200;

    public static int Run(string[] words)
    {
        using var cpp = new EncodeCpp();
        using var ours = new EncodeFrame();
        WarmUp(ours, cpp);
        var report = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        var capnpNs = Pair(report, "", withMetadata: false, ours, cpp);
        Pair(report, "metadata_", withMetadata: true, ours, cpp);
        Paced(report, cpp);
        Costs(report, ours, cpp);
        Peers(report, ours, capnpNs);
        report["payload_bytes"] = EncodeFrame.PayloadBytes;
        Statistics.Write(words, "encode.json", report);
        return 0;
    }

    /// <summary>Until the JIT has nothing left to improve: the loop is what is measured, not its compilation.</summary>
    private static void WarmUp(EncodeFrame ours, EncodeCpp cpp)
    {
        for (var round = 0; round < 10; round++)
        {
            ours.Loop(Runs, withMetadata: false);
            ours.Loop(Runs, withMetadata: true);
            Thread.Sleep(150);
        }

        cpp.Ask(Order("loop"));
    }

    private static double Pair(SortedDictionary<string, object?> report, string prefix, bool withMetadata, EncodeFrame ours, EncodeCpp cpp)
    {
        List<double> mine = [], theirs = [];
        for (var pair = 0; pair < Pairs; pair++)
        {
            if (pair % 2 == 0)
                theirs.Add(cpp.Ask(Order(withMetadata ? "meta" : "loop"))[0]);
            mine.Add(ours.Loop(Runs, withMetadata));
            if (pair % 2 == 1)
                theirs.Add(cpp.Ask(Order(withMetadata ? "meta" : "loop"))[0]);
        }

        var ratios = mine.Zip(theirs, (a, b) => a / b).ToArray();
        Put(report, prefix + "capnp_ns", mine);
        Put(report, prefix + "cpp_ns", theirs);
        Put(report, prefix + "ratio_cpp", ratios);
        return Statistics.Median(mine);
    }

    private static void Paced(SortedDictionary<string, object?> report, EncodeCpp cpp)
    {
        using var workers = new EncodePaced();
        workers.Round();
        cpp.Ask("paced");
        List<double> mine = [], theirs = [];
        for (var pair = 0; pair < Pairs; pair++)
        {
            theirs.Add(Statistics.Median(cpp.Ask("paced")));
            mine.Add(Statistics.Median(workers.Round()));
        }

        Put(report, "paced_ns", mine);
        Put(report, "paced_cpp_ns", theirs);
        Put(report, "paced_ratio_cpp", mine.Zip(theirs, (a, b) => a / b).ToArray());
    }

    /// <summary>
    /// The same stretch of work several times; the last counts. In the first ones the JIT replaces the loop while it runs, on this thread,
    /// and its own memory faults would be taken for ours.
    /// </summary>
    private static void Costs(SortedDictionary<string, object?> report, EncodeFrame ours, EncodeCpp cpp)
    {
        const int Count = 100_000;
        var (faults, allocated) = (0L, 0L);
        for (var round = 0; round < 5; round++)
        {
            (faults, allocated) = (Faults(), GC.GetAllocatedBytesForCurrentThread());
            for (var count = 0; count < Count; count++)
                ours.Once();
            (faults, allocated) = (Faults() - faults, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }

        report["allocated_bytes"] = (double)allocated / Count;
        report["page_faults"] = faults;
        report["page_faults_cpp"] = cpp.Ask("faults 100")[0];
    }

    private static void Peers(SortedDictionary<string, object?> report, EncodeFrame ours, double capnpNs)
    {
        var payload = ours.Payload.ToArray();
        var buffer = new byte[payload.Length + 1024];
        double[] Times(Func<double> once) => Enumerable.Range(0, 60).Select(_ => once()).Skip(20).ToArray();
        var copied = Times(() => EncodePeers.Protobuf(payload, buffer, wrapped: false));
        var wrapped = Times(() => EncodePeers.Protobuf(payload, buffer, wrapped: true));
        Put(report, "protobuf_ns", copied);
        Put(report, "protobuf_wrapped_ns", wrapped);
        Put(report, "json_ns", Times(() => EncodePeers.Json(payload)));
        report["ratio_protobuf"] = Math.Round(Statistics.Median(copied) / capnpNs, 1);

        // The best of all runs, for who measures on a machine that has other work: Protobuf's time is mostly memory's, ours is not.
        report["ratio_protobuf_best"] = Math.Round(copied.Min() / capnpNs, 1);
        report["ratio_protobuf_wrapped_best"] = Math.Round(wrapped.Min() / capnpNs, 1);
    }

    private static void Put(SortedDictionary<string, object?> report, string name, IReadOnlyCollection<double> values)
    {
        report[name] = Math.Round(Statistics.Median(values), 3);
        report[name + "_spread"] = Statistics.Spread(values);
    }

    private static string Order(string name) => string.Create(CultureInfo.InvariantCulture, $"{name} {Runs}");

    /// <summary>Minor page faults of this thread so far: ru_minflt, the seventh long after two timevals.</summary>
    private static long Faults()
    {
        const int ThisThread = 1;
        Span<long> usage = stackalloc long[18];
        if (getrusage(ThisThread, ref MemoryMarshal.GetReference(usage)) != 0)
            throw new InvalidOperationException("getrusage failed");
        return usage[8];
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int getrusage(int who, ref long usage);
}
