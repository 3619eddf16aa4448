using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Connection;

/// <summary>Sets of link sequences, copied out of their messages. What was read is valid until the next reading.</summary>
internal sealed class AckBuffer
{
    private ulong[] _words = [], _missing = [];

    /// <exception cref="LinkException">More than a set has.</exception>
    public AcknowledgedSet Read(LinkMessage.AckSet.Reader source)
    {
        var beyond = source.Beyond;
        var missing = source.Missing;
        if (beyond.Count > SequenceSet.WordsMax || missing.Count > SequenceSet.MissingMax)
            throw new LinkException(LinkLoss.ProtocolViolation,
                $"set of link sequences with a bitmap of {beyond.Count} words and {missing.Count} missing");
        Grow(ref _words, beyond.Count);
        Grow(ref _missing, missing.Count);
        beyond.CopyTo(_words);
        missing.CopyTo(_missing);
        return new AcknowledgedSet(source.Cumulative, _words.AsSpan(0, beyond.Count), _missing.AsSpan(0, missing.Count));
    }

    private static void Grow(ref ulong[] words, int count)
    {
        if (count > words.Length)
            words = new ulong[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count)];
    }
}
