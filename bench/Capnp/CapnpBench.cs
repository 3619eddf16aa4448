using System.Diagnostics;
using System.Globalization;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>
/// Messages of four shapes, built and read: ours against C++ Cap'n Proto in interleaved pairs, Google.Protobuf beside. Writes capnp.json.
/// </summary>
internal static class CapnpBench
{
    private const int Pairs = 15;

    // Of some hundred microseconds each, so that a busy machine's other processes spoil few of them; the median is of those left whole.
    private const int Runs = 100;

    public static int Run(string[] words)
    {
        using var cpp = new CapnpCpp();
        var rows = new[]
        {
            Row<SmallRow>(cpp, times: 2_000, timesProtobuf: 500),
            Row<NestedRow>(cpp, times: 100, timesProtobuf: 20),
            Row<ArticleRow>(cpp, times: 200, timesProtobuf: 50),
            Row<PictureRow>(cpp, times: 2_000, timesProtobuf: 2),
        };
        Statistics.Write(words, "capnp.json", new(StringComparer.Ordinal) { ["rows"] = rows });
        return 0;
    }

    private static SortedDictionary<string, object?> Row<T>(CapnpCpp cpp, int times, int timesProtobuf)
        where T : IRow
    {
        using var ours = new CapnpLoop<T>(times, timesProtobuf);
        WarmUp(ours);
        var order = string.Create(CultureInfo.InvariantCulture, $"{T.Name} {Runs} {times}");
        List<(double Build, double Read)> mine = [], theirs = [], protobuf = [];
        var sum = cpp.Ask(order).Sum;
        for (var pair = 0; pair < Pairs; pair++)
        {
            if (pair % 2 == 0)
                theirs.Add(cpp.Ask(order).Times);
            mine.Add(ours.Loop(Runs));
            if (pair % 2 == 1)
                theirs.Add(cpp.Ask(order).Times);
            protobuf.Add(ours.LoopProtobuf(Runs / 4));
        }

        if (sum != ours.Sum || ours.ProtobufSum != ours.Sum)
            throw new InvalidOperationException($"row {T.Name}: ours read {ours.Sum}, C++ {sum}, Protobuf {ours.ProtobufSum}");
        return Report(T.Name, mine, theirs, protobuf, ours.AllocatedBytes());
    }

    /// <summary>Until the JIT has nothing left to improve, and its thread nothing left to do.</summary>
    private static void WarmUp<T>(CapnpLoop<T> ours)
        where T : IRow
    {
        for (var round = 0; round < 12; round++)
        {
            ours.Loop(Runs / 2);
            ours.LoopProtobuf(2);
            Thread.Sleep(120);
        }
    }

    private static SortedDictionary<string, object?> Report(
        string name,
        List<(double Build, double Read)> mine,
        List<(double Build, double Read)> theirs,
        List<(double Build, double Read)> protobuf,
        double allocatedBytes)
    {
        var cppRatios = mine.Zip(theirs, (a, b) => (a.Build + a.Read) / (b.Build + b.Read)).ToArray();
        var protobufRatios = mine.Zip(protobuf, (a, b) => (a.Build + a.Read) / (b.Build + b.Read)).ToArray();
        return new(StringComparer.Ordinal)
        {
            ["name"] = name,
            ["build_ns"] = Rounded(mine.Select(time => time.Build)),
            ["read_ns"] = Rounded(mine.Select(time => time.Read)),
            ["build_cpp_ns"] = Rounded(theirs.Select(time => time.Build)),
            ["read_cpp_ns"] = Rounded(theirs.Select(time => time.Read)),
            ["build_protobuf_ns"] = Rounded(protobuf.Select(time => time.Build)),
            ["read_protobuf_ns"] = Rounded(protobuf.Select(time => time.Read)),
            ["allocated_bytes"] = allocatedBytes,
            ["ratio_cpp"] = Rounded(cppRatios),
            ["ratio_cpp_spread"] = Statistics.Spread(cppRatios),
            ["ratio_protobuf"] = Math.Round(Statistics.Median(protobufRatios), 6),
            ["ratio_protobuf_spread"] = protobufRatios.Order().ToArray() is var sorted
                ? new[] { Math.Round(sorted[sorted.Length / 4], 6), Math.Round(sorted[sorted.Length * 3 / 4], 6) }
                : null,
        };
    }

    private static double Rounded(IEnumerable<double> values) => Math.Round(Statistics.Median(values), 3);
}
