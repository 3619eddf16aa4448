using K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;
using K8sMediaFlow.CapnProto.Corpus.Tests.Model;
using K8sMediaFlow.CapnProto.Corpus.Tests.Reference;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>
/// The corpus, made once for all tests: random schemas with their older versions, the code that our generator makes of them, drivers
/// that use it, and the reference, which has learned the same schemas.
/// </summary>
public sealed class CorpusFixture : IDisposable
{
    /// <summary>Schemas that have an older version, which counts as a schema of its own, and schemas that have none.</summary>
    private const int PairCount = 160, SingleCount = 200;

    private readonly Lazy<ReferencePeer> _peer;
    private readonly Lazy<Dictionary<string, SchemaDriver>> _drivers;

    public CorpusFixture()
    {
        Seed = TestKit.Seed.Take("Corpus");
        Folder = Directory.CreateTempSubdirectory("capnp-corpus-").FullName;
        var generator = new SchemaGenerator(new Random(Seed));
        for (var index = 0; index < PairCount + SingleCount; index++)
            Add(Acceptable(generator, $"C{index:d3}", evolves: index < PairCount), index < PairCount);
        _drivers = new Lazy<Dictionary<string, SchemaDriver>>(Generate);
        _peer = new Lazy<ReferencePeer>(StartPeer);
    }

    public int Seed { get; }

    /// <summary>How many schemas the reference refused.</summary>
    public int RefusedCount { get; private set; }

    public string Folder { get; }

    public List<SchemaModel> Schemas { get; } = [];

    public List<(SchemaModel Older, SchemaModel Newer)> Pairs { get; } = [];

    public ReferencePeer Peer => _peer.Value;

    public SchemaDriver Driver(SchemaModel schema) => _drivers.Value[schema.Name];

    public string File(SchemaModel schema) => Path.Combine(Folder, schema.Name + ".capnp");

    public static string Annotations => Path.Combine(Repository.Root, "libs/CapnProto.Compiler/Schema");

    public void Dispose()
    {
        if (_peer.IsValueCreated)
            _peer.Value.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>
    /// The reference's compiler refuses some layouts of unions, because an old version of it placed their fields wrongly (its issue 344):
    /// such a schema is replaced by the next one. Any other refusal is an error of the tests.
    /// </summary>
    private SchemaModel Acceptable(SchemaGenerator generator, string name, bool evolves)
    {
        while (true)
        {
            var schema = generator.Next(name, evolves);
            if (IsAcceptable(schema) && (!evolves || IsAcceptable(OlderVersion.Of(schema))))
                return schema;
            RefusedCount++;
        }
    }

    private bool IsAcceptable(SchemaModel schema)
    {
        System.IO.File.WriteAllText(File(schema), SchemaText.Of(schema));
        try
        {
            Tool.Run("capnp", ["compile", "-o-", "-I" + Annotations, schema.Name + ".capnp"], folder: Folder);
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("issues/344", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private void Add(SchemaModel schema, bool evolves)
    {
        Schemas.Add(schema);
        if (!evolves)
            return;
        Pairs.Add((OlderVersion.Of(schema), schema));
        Schemas.Add(Pairs[^1].Older);
    }

    private ReferencePeer StartPeer()
    {
        _ = _drivers.Value;
        var peer = new ReferencePeer();
        peer.Learn(System.IO.File.ReadAllBytes(Path.Combine(Folder, "request")));
        return peer;
    }

    private Dictionary<string, SchemaDriver> Generate()
    {
        string[] arguments = ["compile", "-o-", "-I" + Annotations, .. Schemas.Select(schema => schema.Name + ".capnp")];
        var request = Tool.Run("capnp", arguments, folder: Folder);
        System.IO.File.WriteAllBytes(Path.Combine(Folder, "request"), request);
        Tool.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "capnpc-csharp.dll")], request, Folder);
        var sources = Schemas.Select(Sources);
        var types = CorpusAssembly.Compile(sources);
        return Schemas.ToDictionary(schema => schema.Name, schema => (SchemaDriver)Activator.CreateInstance(types[schema.Name])!);
    }

    private (string Name, string Text)[] Sources(SchemaModel schema) =>
        [(schema.Name + ".capnp.cs", System.IO.File.ReadAllText(File(schema) + ".cs")),
            (schema.Name + ".driver.cs", DriverSource.Of(schema))];
}
