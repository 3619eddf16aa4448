using System.Text.RegularExpressions;
using K8sMediaFlow.CapnProto.Corpus.Tests.Model;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>Each pair of an older and a newer schema, in both directions, against what the reference makes of the same bytes.</summary>
[Trait("Category", "Slow")]
[Collection(nameof(Corpus))]
public partial class EvolutionTests(CorpusFixture corpus)
{
    private const int MessagesPerPair = 12;

    private readonly MessageBench _bench = new();

    /// <summary>
    /// Where a field moved into a union, an older reader can find what another member left there, and a newer one behind what was an
    /// any-pointer another type than it has now. The format allows that to be refused; both must refuse the same messages.
    /// </summary>
    [NeedsFact("capnp", "g++")]
    public void An_older_reader_reads_a_newer_message_and_the_reverse()
    {
        var (read, refused) = (0, 0);
        ForEach((writer, reader, root, message, place) =>
        {
            _ = ShouldReadAlike(reader, root, message, place) ? read++ : refused++;
        });
        Console.WriteLine($"read {read}, refused by both {refused}");
        refused.ShouldBeLessThan(read / 4);
    }

    [NeedsFact("capnp", "g++")]
    public void The_pairs_have_every_kind_of_evolution()
    {
        var members = corpus.Pairs.SelectMany(pair => SchemaModel.All(pair.Newer.Structs)).SelectMany(one => All(one.Members)).ToArray();
        var fields = members.OfType<FieldMember>().ToArray();
        fields.Count(field => field.IsNew).ShouldBeGreaterThan(100);
        fields.Count(field => field.OldType is { Kind: Kind.List }).ShouldBeGreaterThan(10);
        fields.Count(field => field.OldType is { Kind: Kind.Any }).ShouldBeGreaterThan(50);
        members.OfType<GroupMember>().Count(union => union.WasField).ShouldBeGreaterThan(30);
    }

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
            ShouldReadAlike(reader, root, changed, place);
            ShouldReadAlike(writer, root, changed, place);
        });

    private bool ShouldReadAlike(SchemaModel schema, int root, byte[] message, string place)
    {
        var theirs = corpus.Peer.TryRead(schema.Roots[root].Id, message, out var theirReason);
        var ours = _bench.TryDump(corpus.Driver(schema), root, message, out var ourReason);

        // An empty list of another element size: the reference refuses the list, we would refuse an element, of which there is none.
        if (theirs is null && ours is not null && RefusesList().IsMatch(theirReason))
            return false;
        (ours is null).ShouldBe(theirs is null, $"{place}: theirs '{theirReason}' ours '{ourReason}'");
        ours?.ShouldRead(theirs!, place);
        return ours is not null;
    }

    [GeneratedRegex("list was expected|list with incompatible element type|list of pointer-only structs")]
    private static partial Regex RefusesList();

    private static IEnumerable<Member> All(IEnumerable<Member> members) =>
        members.SelectMany(one => one is GroupMember group ? All(group.Members).Prepend(one) : [one]);

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
