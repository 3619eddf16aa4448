using System.Text.Json;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Testing;

/// <summary>An input port whose frames are counted and, if wanted, compared with the test pattern.</summary>
/// <param name="record">Where what came goes, or null.</param>
internal sealed class CheckedPort(FrameInput input, bool verify, TimeSpan delay, SequenceRecord? record)
{
    private string? _firstFault;

    public string Name => input.Name;

    public SequenceLedger Ledger { get; } = new();

    /// <summary>Frames whose payload is not the pattern of their sequence.</summary>
    public long Corrupt { get; private set; }

    /// <summary>How old frames were when they were received.</summary>
    public FrameAges Ages { get; } = new();

    public bool Ended { get; private set; }

    /// <summary>What is wrong with what came, or null.</summary>
    public string? Fault =>
        _firstFault ?? (Ledger.IsInOrder ? null : $"port '{Name}': {Ledger.Duplicates} doubled, {Ledger.OutOfOrder} out of order");

    /// <summary>Takes frames until the port's stream ends.</summary>
    public void Pump(CancellationToken stopping)
    {
        while (input.Receive(stopping) is { } frame)
            using (frame)
            {
                Ledger.Add(frame.Stream, frame.Sequence, frame.Payload.Length);
                Ages.Add(frame.Age);
                record?.Add(frame.Stream, frame.Sequence);
                if (verify)
                    Verify(frame);
                if (delay > TimeSpan.Zero)
                    stopping.WaitHandle.WaitOne(delay);
            }
        Ended = true;
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Name);
        LedgerJson.Write(writer, Ledger);
        writer.WriteNumber("corrupt", Corrupt);
        writer.WriteNumber("age_p99_ms", Ages.PercentileMilliseconds(0.99));
        writer.WriteNumber("age_max_ms", Ages.Max.TotalMilliseconds);
        writer.WriteBoolean("ended", Ended);
        writer.WriteEndObject();
    }

    private void Verify(Frame frame)
    {
        var at = TestPattern.FirstDifference(frame.Payload, frame.Sequence);
        if (at < 0)
            return;
        Corrupt++;
        _firstFault ??= $"port '{Name}': frame {frame.Identity} is not the pattern of its sequence from byte {at} on";
    }
}
