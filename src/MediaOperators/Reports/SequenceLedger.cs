namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>
/// What a consumer may say of the order of the frames that reached it. A new stream begins anew: a source that could
/// not continue its sequence opens one.
/// </summary>
internal sealed class SequenceLedger
{
    private ulong _stream;

    public long Frames { get; private set; }

    public long Bytes { get; private set; }

    public long Streams { get; private set; }

    /// <summary>Sequences that were passed over.</summary>
    public long Missing { get; private set; }

    /// <summary>Frames with the sequence of the one before.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Frames with a sequence lower than the one before.</summary>
    public long OutOfOrder { get; private set; }

    public ulong FirstSequence { get; private set; }

    public ulong LastSequence { get; private set; }

    public bool IsInOrder => Duplicates == 0 && OutOfOrder == 0;

    public void Add(ulong stream, ulong sequence, long bytes)
    {
        Frames++;
        Bytes += bytes;
        if (Streams == 0 || stream != _stream)
            Open(stream, sequence);
        else
            Continue(sequence);
    }

    private void Open(ulong stream, ulong sequence)
    {
        Streams++;
        _stream = stream;
        if (Streams == 1)
            FirstSequence = sequence;
        // Sequences start at 1.
        Missing += (long)Math.Max(sequence, 1) - 1;
        LastSequence = sequence;
    }

    private void Continue(ulong sequence)
    {
        if (sequence == LastSequence)
            Duplicates++;
        else if (sequence < LastSequence)
            OutOfOrder++;
        else
            Missing += (long)(sequence - LastSequence) - 1;
        LastSequence = Math.Max(sequence, LastSequence);
    }
}
