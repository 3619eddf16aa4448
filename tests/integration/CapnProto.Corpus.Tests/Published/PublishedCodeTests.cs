using System.Text;
using K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Published;

/// <summary>Our generator and the schemas that the reference project publishes, the one of its own tests first of all.</summary>
[Trait("Category", "Slow")]
public sealed class PublishedCodeTests : IDisposable
{
    private const string Data = "capnproto test data";

    private readonly string _folder = Directory.CreateTempSubdirectory("capnp-published-").FullName;
    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(1 << 16, pinned: true);
    private readonly byte[] _input = GC.AllocateUninitializedArray<byte>(1 << 16, pinned: true);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedsFact("capnp", Data)]
    public void Every_published_schema_compiles_and_its_code_reads_and_builds_the_published_messages()
    {
        var driver = Compile();
        var expected = File.ReadAllText(Published("testdata/short.txt")).TrimEnd('\n');
        var binary = File.ReadAllBytes(Published("testdata/binary"));
        Print(driver.AllTypes, binary).ShouldRead(expected, "binary");
        Print(driver.AllTypes, File.ReadAllBytes(Published("testdata/segmented"))).ShouldRead(expected, "segmented");
        Print(driver.Defaults, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).ShouldRead(expected, "defaults");
        Print(driver.Lists, File.ReadAllBytes(Published("testdata/lists.binary")))
            .ShouldBe("2 true false true true 1234567890123456 2345678901234567 foo bar [1, 2, 3] [4, 5] [12341234] 789");
        Constants(driver, expected);
        Rebuilt(driver, binary).ShouldRead(expected, "rebuilt");
    }

    /// <summary>The published ones come of a compiler without its standard imports, of which one mistake speaks.</summary>
    [NeedsTheory("capnp", Data)]
    [InlineData("errors")]
    [InlineData("errors2")]
    public void The_published_mistakes_are_reported_as_they_are_published(string name)
    {
        var schema = Published($"testdata/{name}.capnp.nobuild");
        var expected = File.ReadAllLines(Published($"testdata/{name}.txt"))
            .Where(line => !line.Contains("/capnp/stream.capnp", StringComparison.Ordinal));
        var error = Should.Throw<InvalidOperationException>(() => Generate(schema)).Message.TrimEnd()
            .Replace(schema + ":", "file:", StringComparison.Ordinal);
        error[error.IndexOf("file:", StringComparison.Ordinal)..].Split('\n').ShouldBe(expected);
        error.ShouldNotContain("warning");
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    private static void Constants(PublishedDriver driver, string expected)
    {
        var constants = driver.Constants();
        constants.Struct.ShouldRead(expected, "embeddedStruct");
        constants.Text.TrimEnd('\n').ShouldRead(expected, "embeddedText");
        constants.Packed.ShouldBe(File.ReadAllBytes(Published("testdata/packed")));
        constants.Number.ShouldBe("12345");
        constants.Generic.ShouldBe("text");
    }

    /// <summary>What our generated builders make of the published message, as the reference prints it.</summary>
    private string Rebuilt(PublishedDriver driver, byte[] binary)
    {
        var message = new MessageBuilder(_memory);
        var source = Read(binary);
        driver.Rebuild(ref source, ref message);
        var framed = new byte[StreamFraming.SizeBytes(in message)];
        StreamFraming.Write(in message, framed);
        var text = Tool.Run("capnp", ["decode", "--short", "-I" + Include, Published("test.capnp"), "TestAllTypes"], framed);
        return Encoding.UTF8.GetString(text).TrimEnd('\n');
    }

    private PublishedDriver Compile()
    {
        var schemas = Directory.GetFiles(Published("."), "*.capnp", SearchOption.AllDirectories);
        Generate(schemas);
        var sources = Directory.GetFiles(_folder, "*.cs").Select(path => (Path.GetFileName(path), File.ReadAllText(path))).ToArray();
        sources.Length.ShouldBe(schemas.Length);
        var types = CorpusAssembly.Compile([[.. sources, ("driver.cs", PublishedDriverSource.Text)]]);
        return (PublishedDriver)Activator.CreateInstance(types["PublishedCode"])!;
    }

    private void Generate(params string[] schemas) =>
        Tool.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "capnpc-csharp.dll"), "--import", Include, .. schemas], folder: _folder);

    private static string Published(string name) => Path.Combine(Path.GetDirectoryName(Downloads.Get(Data))!, name);

    /// <summary>The published c++.capnp, not the installed one: the same file twice would be two files of one id.</summary>
    private static string Include => Path.GetDirectoryName(Path.GetDirectoryName(Downloads.Get(Data))!)!;

    private MessageReader Read(byte[] framed)
    {
        framed.CopyTo(_input, 0);
        StreamFraming.TryRead(_input.AsSpan(0, framed.Length), ReadLimits.Default, out var message, out _).ShouldBeTrue();
        return message;
    }

    private string Print(Printer print, byte[] framed)
    {
        var message = Read(framed);
        return print(ref message);
    }

    private delegate string Printer(ref MessageReader message);
}
