using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>What is canonical, by the reference library itself.</summary>
public class CanonicalReferenceTests
{
    private const int Messages = 4000;

    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(512 * 1024, pinned: true);

    [NeedsFact("capnp", "g++")]
    public void We_and_the_reference_agree_on_what_is_canonical()
    {
        var random = new Random(Seed.Take(nameof(We_and_the_reference_agree_on_what_is_canonical)));
        using var stream = new MemoryStream();
        var ours = new StringBuilder();
        for (var count = 0; count < Messages; count++)
        {
            var length = Next(random);
            stream.Write(BitConverter.GetBytes((ulong)length / 8 << 32));
            stream.Write(_memory.AsSpan(0, length));
            ours.Append(Opinion(length)).Append('\n');
        }

        var theirs = Encoding.ASCII.GetString(Ask(stream.ToArray()));
        var (mine, others) = (ours.ToString().Split('\n'), theirs.Split('\n'));
        others.Length.ShouldBe(mine.Length);
        for (var index = 0; index < mine.Length; index++)
            Agree(mine[index], others[index]).ShouldBeTrue($"message {index}: we say {mine[index]}, the reference {others[index]}");
        ours.ToString().Count(letter => letter == '1').ShouldBeGreaterThan(Messages / 4);
        ours.ToString().Count(letter => letter == '0').ShouldBeGreaterThan(100);
    }

    /// <summary>
    /// Of an unsound message each may have seen enough before it finds that out. And the reference takes a pointer out of the segment for
    /// one to its end, where an empty list of nothing passes as canonical; to us it is unsound.
    /// </summary>
    private static bool Agree(string ours, string theirs) => ours == "x" ? theirs.Length == 1 : (ours == "1") == (theirs == "1");

    /// <summary>A canonical message, and half of the time a word of it changed.</summary>
    private int Next(Random random)
    {
        var reader = new RandomMessage(random).Next().ToReader(ReadLimits.Default);
        var length = CanonicalForm.Write(reader.RootPointer(), _memory);
        if (random.Next(2) == 0)
            Mutation.Apply(random, _memory.AsSpan(0, length));
        return length;
    }

    private char Opinion(int lengthBytes)
    {
        var reader = new MessageReader(_memory.AsSpan(0, lengthBytes), ReadLimits.Default);
        try
        {
            return CanonicalForm.IsCanonical(ref reader) ? '1' : '0';
        }
        catch (CapnProtoException)
        {
            return 'x';
        }
    }

    private static byte[] Ask(byte[] stream)
    {
        var folder = Directory.CreateTempSubdirectory("is-canonical-").FullName;
        try
        {
            var program = Path.Combine(folder, "is_canonical");
            Tool.Run("g++", ["-O1", "-std=c++17", "-o", program,
                Path.Combine(CapnpTool.Root, "tests/unit/CapnProto.Tests/Native/is_canonical.cc"), "-lcapnp", "-lkj"]);
            return Tool.Run(program, [], stream);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
