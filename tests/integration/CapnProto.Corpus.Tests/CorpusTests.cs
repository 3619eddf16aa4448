using K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;
using K8sMediaFlow.CapnProto.Corpus.Tests.Model;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>
/// Our generated code against Debian's C++ library, for more than 500 random schemas and 20,000 messages. Each test says in its failure
/// which schema and which message; SEED repeats them.
/// </summary>
[Trait("Category", "Slow")]
[Collection(nameof(Corpus))]
public class CorpusTests(CorpusFixture corpus)
{
    private const int OursPerSchema = 24, TheirsPerSchema = 24;

    private readonly MessageBench _bench = new();

    [NeedsFact("capnp", "g++")]
    public void The_corpus_has_more_than_500_schemas_and_20_000_messages()
    {
        corpus.Schemas.Count.ShouldBeGreaterThanOrEqualTo(500);
        Console.WriteLine($"refused by the reference's compiler: {corpus.RefusedCount}");
        corpus.RefusedCount.ShouldBeLessThan(corpus.Schemas.Count / 10);
        (corpus.Schemas.Count * (OursPerSchema + TheirsPerSchema)).ShouldBeGreaterThanOrEqualTo(20_000);
    }

    [NeedsFact("capnp", "g++")]
    public void The_reference_reads_what_we_build_as_what_it_was_built_from()
    {
        foreach (var schema in corpus.Schemas)
        {
            var random = new Random(corpus.Seed ^ (int)schema.Id);
            for (var index = 0; index < OursPerSchema; index++)
                CheckOurs(schema, random, index);
        }
    }

    [NeedsFact("capnp", "g++")]
    public void We_read_what_the_reference_builds_as_it_does()
    {
        foreach (var schema in corpus.Schemas)
        {
            for (var index = 0; index < TheirsPerSchema; index++)
            {
                var root = index % schema.Roots.Count;
                var (expected, message) = corpus.Peer.Build(schema.Roots[root].Id, corpus.Seed + index, isPacked: index % 3 == 0);
                _bench.Dump(corpus.Driver(schema), root, message, isPacked: index % 3 == 0)
                    .ShouldRead(expected, $"{schema.Name} message {index}");
            }
        }
    }

    private void CheckOurs(SchemaModel schema, Random random, int index)
    {
        var (root, isPacked) = (index % schema.Roots.Count, index % 3 == 1);
        var value = new ValueGenerator(random, anyStructs: schema.Roots).Next(new CorpusType(Kind.Struct, Struct: schema.Roots[root]), 0);
        var expected = ExpectedText.Of(schema.Roots[root], value);
        var driver = corpus.Driver(schema);
        var place = $"{schema.Name} {schema.Roots[root].Path} message {index}";
        var segmentBytes = index % 2 == 0 ? 1 << 20 : 64 << random.Next(5);
        var message = _bench.Build(driver, root, value, segmentBytes, isPacked);
        _bench.Dump(driver, root, message, isPacked, hidesAny: true).ShouldRead(expected, place);
        var (theirs, canonical) = corpus.Peer.Read(schema.Roots[root].Id, message, isPacked);
        _bench.Dump(driver, root, message, isPacked).ShouldRead(theirs, place);
        if (!isPacked)
            _bench.Canonical(message).ShouldBe(canonical, place);
    }
}
