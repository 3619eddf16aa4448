using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// Mutated messages, each segment right in front of a page that must not be touched. Whatever the fast walker says, the slow one must
/// say too: sound with the same content, or unsound; only the work limits, which the slow one does not have, excuse a difference.
/// </summary>
public class FuzzTests
{
    private const int MutationsMax = 100_000;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(8);

    [Fact]
    public void No_mutated_message_is_read_outside_its_segments_or_differently_from_the_specification()
    {
        var random = new Random(Seed.Take(nameof(FuzzTests)));
        var started = System.Diagnostics.Stopwatch.StartNew();
        var (sound, unsound, limited) = (0, 0, 0);
        for (var count = 0; count < MutationsMax && started.Elapsed < TimeMax; count++)
        {
            var segments = Segments(count % 4);
            for (var again = random.Next(2); again >= 0; again--)
                Mutation.Apply(random, segments[random.Next(segments.Length)]);
            var verdict = Read(segments, out var digest);
            if (verdict is CapnProtoError.TraversalLimit or CapnProtoError.DepthLimit)
                limited++;
            else if (verdict == CapnProtoError.None)
                sound += Confirm(segments, digest);
            else
                unsound += Refute(segments);
        }

        Console.WriteLine($"sound {sound}, unsound {unsound}, limited {limited}");
        sound.ShouldBeGreaterThan(0);
        unsound.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void No_mutated_message_harms_the_generated_readers()
    {
        var random = new Random(Seed.Take(nameof(No_mutated_message_harms_the_generated_readers)));
        var original = ReferenceTests.Framed(600);
        using var memory = new GuardedMemory(original.Length);
        var (sound, refused) = (0, 0);
        for (var count = 0; count < 40_000; count++)
        {
            var bytes = (byte[])original.Clone();
            Mutation.Apply(random, bytes);
            bytes.CopyTo(memory.Span);
            try
            {
                if (StreamFraming.TryRead(memory.Span, new ReadLimits(2000, 16), out var message, out _))
                    sound += SampleMessage.Describe(message.Root<Everything.Reader>()).Length > 0 ? 1 : 0;
            }
            catch (CapnProtoException)
            {
                refused++;
            }
        }

        sound.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    private static CapnProtoError Read(byte[][] segments, out ulong digest)
    {
        var memories = Array.ConvertAll(segments, segment => new GuardedMemory(segment.Length));
        digest = 0;
        try
        {
            var message = new MessageReader(new ReadLimits(20_000, 32));
            for (var index = 0; index < segments.Length; index++)
            {
                segments[index].CopyTo(memories[index].Span);
                message.AddSegment(memories[index].Span);
            }

            digest = FastWalker.Digest(ref message);
            return CapnProtoError.None;
        }
        catch (CapnProtoException e)
        {
            return e.Error;
        }
        finally
        {
            Array.ForEach(memories, memory => memory.Dispose());
        }
    }

    private static int Confirm(byte[][] segments, ulong digest)
    {
        new SlowWalker(segments, depthMax: 32).Digest().ShouldBe(digest);
        return 1;
    }

    private static int Refute(byte[][] segments)
    {
        Should.Throw<SlowWalker.Unsound>(() => new SlowWalker(segments, depthMax: 32).Digest());
        return 1;
    }

    /// <summary>One sample message in one to four segments.</summary>
    private static byte[][] Segments(int kind)
    {
        var framed = Samples[kind];
        var count = BitConverter.ToInt32(framed) + 1;
        var segments = new List<byte[]>();
        var position = StreamFraming.TableBytes(count);
        for (var index = 0; index < count; index++)
        {
            var lengthBytes = BitConverter.ToInt32(framed, 4 + (4 * index)) * 8;
            if (lengthBytes > 0)
                segments.Add(framed.AsSpan(position, lengthBytes).ToArray());
            position += lengthBytes;
        }

        return segments.ToArray();
    }

    private static readonly byte[][] Samples = [ReferenceTests.Framed(4096), ReferenceTests.Framed(600), ReferenceTests.Framed(440), ReferenceTests.Framed(256)];
}
