using System.Text.RegularExpressions;
using K8sMediaFlow.CapnProto.Corpus.Tests.Model;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>
/// Streams of messages through the <c>capnp</c> program: to text and back, and to the packed encoding. Quiet, because it otherwise
/// refuses short messages whose bytes look like another format to it.
/// </summary>
[Trait("Category", "Slow")]
[Collection(nameof(Corpus))]
public partial class ToolTests(CorpusFixture corpus)
{
    private const int MessagesPerStream = 5, StreamCount = 120;

    private readonly MessageBench _bench = new();

    [NeedsFact("capnp", "g++")]
    public void A_stream_that_became_text_and_messages_again_reads_the_same() =>
        ForEach((schema, root, values) =>
        {
            var stream = Stream(schema, root, values, isPacked: false);
            var back = Run(["encode"], schema, root, Run(["decode", "--quiet"], schema, root, stream));
            foreach (var (theirs, ours) in Dumps(schema, root, back, isPacked: false).Zip(Dumps(schema, root, stream, isPacked: false)))
                WithoutNegativeZeroes(theirs).ShouldRead(WithoutNegativeZeroes(ours), schema.Name);
        });

    [NeedsFact("capnp", "g++")]
    public void A_stream_that_the_program_packs_or_unpacks_reads_the_same() =>
        ForEach((schema, root, values) =>
        {
            var stream = Stream(schema, root, values, isPacked: false);
            var expected = Dumps(schema, root, stream, isPacked: false);
            Dumps(schema, root, Run(["convert", "binary:packed", "--quiet"], schema, root, stream), isPacked: true)
                .ShouldBe(expected, schema.Name);
            var packed = Stream(schema, root, values, isPacked: true);
            Dumps(schema, root, Run(["convert", "packed:binary", "--quiet"], schema, root, packed), isPacked: false)
                .ShouldBe(expected, schema.Name);
        });

    /// <summary>The program writes them as -0, and reads that as an integer; a schema's default can be one.</summary>
    private static string WithoutNegativeZeroes(string dump) => NegativeZero().Replace(dump, "0");

    private List<string> Dumps(SchemaModel schema, int root, byte[] stream, bool isPacked)
    {
        var dumps = MessageBench.DumpStream(corpus.Driver(schema), root, stream, isPacked);
        dumps.Count.ShouldBe(MessagesPerStream, schema.Name);
        return dumps;
    }

    private byte[] Stream(SchemaModel schema, int root, Val[] values, bool isPacked) =>
        [.. values.SelectMany(value => _bench.Build(corpus.Driver(schema), root, value, 1 << 20, isPacked))];

    private void ForEach(Action<SchemaModel, int, Val[]> check)
    {
        // The program cannot parse what it prints for an any-pointer.
        var plain = corpus.Schemas.Where(schema => !new CorpusType(Kind.Struct, Struct: schema.Roots[^1]).HasAny()).Take(StreamCount)
            .ToArray();
        plain.Length.ShouldBe(StreamCount);
        foreach (var schema in plain)
        {
            var random = new Random(corpus.Seed ^ (int)schema.Id);
            var root = schema.Roots.Count - 1;
            var type = new CorpusType(Kind.Struct, Struct: schema.Roots[root]);
            check(schema, root, [.. Enumerable.Range(0, MessagesPerStream)
                .Select(_ => new ValueGenerator(random, isForText: true).Next(type, 0))]);
        }
    }

    private byte[] Run(string[] command, SchemaModel schema, int root, byte[] input) =>
        Tool.Run("capnp", [.. command, "-I" + CorpusFixture.Annotations, schema.Name + ".capnp", schema.Roots[root].Path], input,
            corpus.Folder);

    [GeneratedRegex(@"(?<=[=\[,])80000000(00000000)?(?=[;,])")]
    private static partial Regex NegativeZero();
}
