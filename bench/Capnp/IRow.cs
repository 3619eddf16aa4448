using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>One row of the comparison: a message of ours, built and read with every field. The peers do the same with theirs.</summary>
internal interface IRow
{
    /// <summary>As capnp_rows.cc and the result know it.</summary>
    static abstract string Name { get; }

    static abstract int CapacityBytes { get; }

    /// <summary>Builds the message whose numbers begin with <paramref name="number"/>.</summary>
    static abstract void Build(ref MessageBuilder message, uint number);

    /// <summary>Reads every field, of each text and of the payload the length and the last byte, and sums up.</summary>
    static abstract ulong Read(ref MessageReader message);

    /// <summary>The same with Google.Protobuf: builds, and serialises into the buffer; returns the bytes.</summary>
    static abstract int BuildProtobuf(byte[] buffer, uint number);

    static abstract ulong ReadProtobuf(ReadOnlySpan<byte> serialised);
}
