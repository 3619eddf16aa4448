using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Connection;

/// <summary>Values of the ledgers to control messages and back.</summary>
internal static class ControlMessages
{
    /// <summary>Grants in one message.</summary>
    public const int GrantsMax = 512;

    private const int ReasonCharsMax = 512;

    /// <summary>Room that sets need beside the rest of a message.</summary>
    public static int BytesOf(SequenceSet one, SequenceSet other) =>
        sizeof(ulong) * (one.BitmapWords + other.BitmapWords + one.Missing.Count + other.Missing.Count + 2);

    /// <summary>Room that words need: three bytes a character at most, and each text ends on a word.</summary>
    public static int BytesOf(params ReadOnlySpan<string> texts)
    {
        var bytes = 0;
        foreach (var text in texts)
            bytes += (3 * text.Length) + (2 * sizeof(ulong));
        return bytes;
    }

    public static void Write(LinkMessage.AckSet.Builder target, SequenceSet set)
    {
        Span<ulong> words = stackalloc ulong[SequenceSet.WordsMax];
        var count = set.CopyBitmap(words);
        target.Cumulative = set.Base;
        if (count > 0)
            words[..count].CopyTo(target.InitBeyond(count).Span);
        if (set.Missing.Count == 0)
            return;
        var missing = target.InitMissing(set.Missing.Count).Span;
        for (var index = 0; index < missing.Length; index++)
            missing[index] = set.Missing[index];
    }

    public static SequenceSet ReadSet(LinkMessage.AckSet.Reader source)
    {
        var set = new SequenceSet();
        var told = new AckBuffer().Read(source);
        return set.TryBecome(told.Base, told.Bitmap, told.Missing)
            ? set
            : throw new LinkException(LinkLoss.ProtocolViolation, "impossible set of link sequences");
    }

    public static void WriteGrants(ControlConnection connection, uint epoch, ulong message, ulong total, ReadOnlySpan<Grant> grants)
    {
        var grant = connection.Begin(grants.Length * 2 * sizeof(ulong)).InitGrant();
        (grant.Epoch, grant.Sequence, grant.Total) = (epoch, message, total);
        var slots = grant.InitSlots(grants.Length);
        for (var index = 0; index < grants.Length; index++)
        {
            var slot = slots[index];
            (slot.Slot, slot.Offset, slot.SizeBytes) = (grants[index].Slot, (ulong)grants[index].OffsetBytes,
                (uint)grants[index].SizeBytes);
        }
        connection.Queue();
    }

    /// <summary>Reads the slots of a grant message; numbers that no region has become a negative size, which the ledger refuses.</summary>
    public static ReadOnlySpan<Grant> ReadGrants(LinkMessage.Grant.Reader source, Span<Grant> grants)
    {
        var slots = source.Slots;
        if (slots.Count > grants.Length)
            throw new LinkException(LinkLoss.ProtocolViolation, $"grant message with {slots.Count} slots");
        for (var index = 0; index < slots.Count; index++)
        {
            var slot = slots[index];
            var isPossible = slot.Offset <= long.MaxValue && slot.SizeBytes <= int.MaxValue;
            grants[index] = new Grant(slot.Slot, isPossible ? (long)slot.Offset : 0, isPossible ? (int)slot.SizeBytes : -1);
        }
        return grants[..slots.Count];
    }

    public static LinkMessage.FabricKind KindOf(FabricKind kind) => kind switch
    {
        FabricKind.Tcp => LinkMessage.FabricKind.Tcp,
        FabricKind.Verbs => LinkMessage.FabricKind.Verbs,
        FabricKind.Simulated => LinkMessage.FabricKind.Simulated,
        FabricKind.TcpTls => LinkMessage.FabricKind.TcpTls,
        _ => LinkMessage.FabricKind.Unknown,
    };

    /// <summary>Null: one that this version does not know.</summary>
    public static FabricKind? KindOf(LinkMessage.FabricKind kind) => kind switch
    {
        LinkMessage.FabricKind.Tcp => FabricKind.Tcp,
        LinkMessage.FabricKind.Verbs => FabricKind.Verbs,
        LinkMessage.FabricKind.Simulated => FabricKind.Simulated,
        LinkMessage.FabricKind.TcpTls => FabricKind.TcpTls,
        _ => null,
    };

    /// <summary>The reason, for people: cut where it is longer than a person would read.</summary>
    public static string Words(CapnProto.Utf8Text text) => Cut(text.ToString());

    /// <summary>The same of what this end says.</summary>
    public static string Cut(string words) => words.Length > ReasonCharsMax ? words[..ReasonCharsMax] : words;

    public static LinkLoss LossOf(LinkMessage.RefusalCode code) => code switch
    {
        LinkMessage.RefusalCode.UnknownEdge or LinkMessage.RefusalCode.NoPlan => LinkLoss.UnknownEdge,
        LinkMessage.RefusalCode.WrongIdentity => LinkLoss.WrongIdentity,
        LinkMessage.RefusalCode.WrongPipeline => LinkLoss.WrongPipeline,
        LinkMessage.RefusalCode.VersionMismatch => LinkLoss.VersionMismatch,
        LinkMessage.RefusalCode.NoCommonFabric => LinkLoss.NoCommonFabric,
        LinkMessage.RefusalCode.Draining or LinkMessage.RefusalCode.Busy => LinkLoss.PeerLeft,
        _ => LinkLoss.ProtocolViolation,
    };

    public static LinkMessage.RefusalCode CodeOf(LinkLoss loss) => loss switch
    {
        LinkLoss.UnknownEdge => LinkMessage.RefusalCode.UnknownEdge,
        LinkLoss.WrongIdentity => LinkMessage.RefusalCode.WrongIdentity,
        LinkLoss.WrongPipeline => LinkMessage.RefusalCode.WrongPipeline,
        LinkLoss.VersionMismatch => LinkMessage.RefusalCode.VersionMismatch,
        LinkLoss.NoCommonFabric or LinkLoss.FabricUnusable => LinkMessage.RefusalCode.NoCommonFabric,
        LinkLoss.PeerLeft => LinkMessage.RefusalCode.Busy,
        _ => LinkMessage.RefusalCode.ProtocolViolation,
    };

    public static void Refuse(ControlConnection connection, LinkException why)
    {
        var reason = Cut(why.Message);
        var refused = connection.Begin(BytesOf(reason)).InitRefused();
        refused.Code = CodeOf(why.Loss);
        refused.Reason = reason;
        connection.Queue();
        connection.Flush();
    }
}
