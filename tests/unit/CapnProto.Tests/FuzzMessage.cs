using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>A mutated message, each segment right in front of a page that must not be touched.</summary>
internal sealed class FuzzMessage : IDisposable
{
    private static readonly byte[][] Samples = Array.ConvertAll((int[])[4096, 600, 440, 256], ReferenceTests.Framed);

    private readonly GuardedMemory[] _memories;
    private MessageReader _reader;

    public FuzzMessage(Random random)
    {
        Segments = Split(Framed(random));
        for (var again = random.Next(2); again >= 0; again--)
            Mutation.Apply(random, Segments[random.Next(Segments.Length)]);
        _memories = Array.ConvertAll(Segments, segment => new GuardedMemory(segment.Length));
        for (var index = 0; index < Segments.Length; index++)
            Segments[index].CopyTo(_memories[index].Span);
    }

    public byte[][] Segments { get; }

    /// <summary>The sample with every kind of field, or objects of any size without a schema.</summary>
    public static byte[] Framed(Random random) =>
        random.Next(2) == 0 ? (byte[])Samples[random.Next(4)].Clone() : new RandomMessage(random).Framed();

    /// <summary>The message with a fresh budget.</summary>
    public ref MessageReader Read(ReadLimits limits)
    {
        _reader = new MessageReader(limits);
        foreach (var memory in _memories)
            _reader.AddSegment(memory.Span);
        return ref _reader;
    }

    public void Dispose() => Array.ForEach(_memories, memory => memory.Dispose());

    private static byte[][] Split(byte[] framed)
    {
        var count = BitConverter.ToInt32(framed) + 1;
        var segments = new List<byte[]>();
        var position = StreamFraming.TableBytes(count);
        for (var index = 0; index < count; index++)
        {
            var lengthBytes = BitConverter.ToInt32(framed, 4 + (4 * index)) * 8;
            segments.Add(framed.AsSpan(position, lengthBytes).ToArray());
            position += lengthBytes;
        }

        return segments.Where(segment => segment.Length > 0).ToArray();
    }
}
