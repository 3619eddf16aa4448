using System.Text.Json;
using K8sMediaFlow.Operator.Status;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sdk.Tests.Fakes;

namespace K8sMediaFlow.Bench.Handover;

/// <summary>
/// Frames handed to and fro between two media operators through the whole SDK: by blocking calls on two threads, and by awaited calls on
/// the thread pool. Writes awaited.json; every figure is one way, half a round trip.
/// </summary>
internal static class AwaitedHandover
{
    private const int Pairs = 7, WarmUps = 3;
    private const int BusyRounds = 20_000, PacedRounds = 300;
    private const int PayloadBytes = 64;

    // Longer than any spin: both ends are asleep when the frame comes.
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(1);

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static async Task<int> RunAsync(string[] words)
    {
        var output = words is ["--out", var folder] ? folder : "bench/results";
        using var sidecar = new FakeSidecar();
        var ends = await HandoverOperators.AttachAsync(sidecar);
        var report = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        (report["processors"], report["pairs"]) = (Environment.ProcessorCount, Pairs);
        await CompareAsync("busy", ends, BusyRounds, TimeSpan.Zero, report);
        await CompareAsync("paced", ends, PacedRounds, s_pace, report);
        var text = JsonSerializer.Serialize(report, s_indented);
        Directory.CreateDirectory(output);
        await File.WriteAllTextAsync(Path.Combine(output, "awaited.json"), text + "\n");
        Console.WriteLine(text);
        return 0;
    }

    private static async Task CompareAsync(
        string name, HandoverOperators ends, int rounds, TimeSpan pace, SortedDictionary<string, object?> report)
    {
        var (blocking, awaited, ratios, bytes) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var times = new long[rounds];
        for (var pair = -WarmUps; pair < Pairs; pair++)
        {
            // Who goes first alternates, so that a machine that warms up or slows down favours neither.
            var first = pair % 2 == 0 ? ends.Block(times, pace) : default;
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var second = await ends.AwaitAsync(times, pace);
            var perFrame = (GC.GetTotalAllocatedBytes(precise: true) - before) / (2.0 * rounds);
            first = pair % 2 == 0 ? first : ends.Block(times, pace);
            if (pair < 0)
                continue;
            blocking.Add(first.P50Nanoseconds);
            awaited.Add(second.P50Nanoseconds);
            ratios.Add(second.P50Nanoseconds / first.P50Nanoseconds);
            bytes.Add(perFrame);
        }
        report[name + "_blocking_p50_ns"] = Median(blocking);
        report[name + "_awaited_p50_ns"] = Median(awaited);
        report[name + "_ratio"] = Median(ratios);
        report[name + "_awaited_bytes_per_frame"] = Median(bytes);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Two operators, each with an input and an output to the other.</summary>
    private sealed class HandoverOperators(MediaOperator lead, MediaOperator end)
    {
        public static async Task<HandoverOperators> AttachAsync(FakeSidecar sidecar)
        {
            var (lead, leadEnd) = await sidecar.Attach("lead", [new PortSpec("in")], [new PortSpec("out")]);
            var (end, endEnd) = await sidecar.Attach("end", [new PortSpec("in")], [new PortSpec("out")]);
            sidecar.Connect(leadEnd, endEnd, "out", "in");
            sidecar.Connect(endEnd, leadEnd, "out", "in");
            lead.Outputs["out"].OpenStream();
            end.Outputs["out"].OpenStream();
            return new HandoverOperators(lead, end);
        }

        public HandoverTimes Block(long[] times, TimeSpan pace)
        {
            var answering = new Thread(() => Answer(times.Length));
            answering.Start();
            for (var round = 0; round < times.Length; round++)
            {
                Pause(pace);
                var before = MonotonicClock.Nanoseconds;
                Send(lead.Outputs[0].Loan(PayloadBytes));
                lead.Inputs[0].Receive()!.Value.Dispose();
                times[round] = MonotonicClock.Nanoseconds - before;
            }
            answering.Join();
            return HandoverTimes.FromRoundTrips(times);
        }

        public async Task<HandoverTimes> AwaitAsync(long[] times, TimeSpan pace)
        {
            var answering = Task.Run(() => AnswerAsync(times.Length));
            await Task.Run(() => LeadAsync(times, pace));
            await answering;
            return HandoverTimes.FromRoundTrips(times);
        }

        private async Task LeadAsync(long[] times, TimeSpan pace)
        {
            for (var round = 0; round < times.Length; round++)
            {
                Pause(pace);
                var before = MonotonicClock.Nanoseconds;
                Send(await lead.Outputs[0].LoanAsync(PayloadBytes));
                (await lead.Inputs[0].ReceiveAsync())!.Value.Dispose();
                times[round] = MonotonicClock.Nanoseconds - before;
            }
        }

        private void Answer(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                end.Inputs[0].Receive()!.Value.Dispose();
                Send(end.Outputs[0].Loan(PayloadBytes));
            }
        }

        private async Task AnswerAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                (await end.Inputs[0].ReceiveAsync())!.Value.Dispose();
                Send(await end.Outputs[0].LoanAsync(PayloadBytes));
            }
        }

        private static void Send(FrameLoan loan)
        {
            loan.Payload[0] = 1;
            loan.Send();
        }

        private static void Pause(TimeSpan pace)
        {
            if (pace > TimeSpan.Zero)
                Thread.Sleep(pace);
        }
    }
}
