using System.Text.Json;

namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>What a consumer counted, as JSON properties.</summary>
internal static class LedgerJson
{
    public static void Write(Utf8JsonWriter writer, SequenceLedger ledger)
    {
        writer.WriteNumber("frames", ledger.Frames);
        writer.WriteNumber("bytes", ledger.Bytes);
        writer.WriteNumber("streams", ledger.Streams);
        writer.WriteNumber("first_sequence", ledger.FirstSequence);
        writer.WriteNumber("last_sequence", ledger.LastSequence);
        writer.WriteNumber("missing", ledger.Missing);
        writer.WriteNumber("duplicates", ledger.Duplicates);
        writer.WriteNumber("out_of_order", ledger.OutOfOrder);
    }
}
