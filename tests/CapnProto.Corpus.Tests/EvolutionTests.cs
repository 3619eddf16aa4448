using K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;
using K8sMediaFlow.CapnProto.Corpus.Tests.Model;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>Each pair of an older and a newer schema, in both directions, against what the reference makes of the same bytes.</summary>
[Trait("Category", "Slow")]
[Collection(nameof(Corpus))]
public class EvolutionTests(CorpusFixture corpus)
{
    private const int MessagesPerPair = 12;

    private readonly MessageBench _bench = new();

    [NeedsFact("capnp", "g++")]
    public void An_older_reader_reads_a_newer_message_and_the_reverse() =>
        ForEach((writer, reader, root, message, place) =>
        {
            var (theirs, _) = corpus.Peer.Read(reader.Roots[root].Id, message, isPacked: false);
            _bench.Dump(corpus.Driver(reader), root, message).ShouldRead(theirs, place);
        });

    [NeedsFact("capnp", "g++")]
    public void A_copy_keeps_what_the_copying_program_does_not_know() =>
        ForEach((writer, reader, root, message, place) =>
        {
            var copy = _bench.Copy(message, 1024);
            _bench.Dump(corpus.Driver(writer), root, copy).ShouldRead(_bench.Dump(corpus.Driver(writer), root, message), place);
        });

    [NeedsFact("capnp", "g++")]
    public void A_message_of_another_version_is_changed_in_place() =>
        ForEach((writer, reader, root, message, place) =>
        {
            var changed = _bench.Update(corpus.Driver(reader), root, message, Value(reader, root, new Random(corpus.Seed + root)));
            var (theirs, _) = corpus.Peer.Read(reader.Roots[root].Id, changed, isPacked: false);
            _bench.Dump(corpus.Driver(reader), root, changed).ShouldRead(theirs, place);
            var (old, _) = corpus.Peer.Read(writer.Roots[root].Id, changed, isPacked: false);
            _bench.Dump(corpus.Driver(writer), root, changed).ShouldRead(old, place);
        });

    private void ForEach(Action<SchemaModel, SchemaModel, int, byte[], string> check)
    {
        foreach (var (older, newer) in corpus.Pairs)
        {
            var random = new Random(corpus.Seed ^ (int)newer.Id);
            for (var index = 0; index < MessagesPerPair; index++)
            {
                var (writer, reader) = index % 2 == 0 ? (newer, older) : (older, newer);
                var root = index / 2 % writer.Roots.Count;
                var message = index % 3 == 0
                    ? corpus.Peer.Build(writer.Roots[root].Id, corpus.Seed + index, isPacked: false).Message
                    : _bench.Build(corpus.Driver(writer), root, Value(writer, root, random), 256 << (index % 4 * 3), isPacked: false);
                check(writer, reader, root, message, $"{writer.Name} read as {reader.Name} {writer.Roots[root].Path} message {index}");
            }
        }
    }

    private static Val Value(SchemaModel schema, int root, Random random) =>
        new ValueGenerator(random, anyStructs: schema.Roots).Next(new CorpusType(Kind.Struct, Struct: schema.Roots[root]), 0);
}
