using K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>The generator as a program.</summary>
public sealed class CompilerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("capnp-compiler-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedsFact("capnp")]
    public void Two_schemas_of_one_name_are_an_error_that_names_both_and_nothing_is_written()
    {
        Write("one/same.capnp", "@0xa1b2c3d4e5f60718; struct A {}");
        Write("two/same.capnp", "@0xb1b2c3d4e5f60718; struct B {}");
        Write("first.capnp", "@0xc1b2c3d4e5f60718; struct C {}");
        var error = Should.Throw<InvalidOperationException>(() => Generate("first.capnp", "one/same.capnp", "two/same.capnp")).Message;
        error.ShouldContain(
            "one/same.capnp and two/same.capnp would both become same.capnp.cs: rename one, or generate them into different folders");
        Directory.GetFiles(_folder, "*.cs").ShouldBeEmpty();
        Should.Throw<InvalidOperationException>(() => Generate("--msbuild", "one/same.capnp", "two/same.capnp")).Message
            .ShouldContain("capnpc-csharp : error CAPNP002: one/same.capnp and two/same.capnp");
    }

    [NeedsFact("capnp")]
    public void What_is_void_has_no_member_because_it_has_no_value()
    {
        Write("empty.capnp", """
            @0xd1b2c3d4e5f60718;
            const nothing :Void = void;
            const something :Int8 = 1;
            struct Choice { const inside :Void = void; plain @0 :Void; union { off @1 :Void; on @2 :Int8; } }
            """);
        Generate("empty.capnp");
        var code = File.ReadAllText(Path.Combine(_folder, "empty.capnp.cs"));
        code.ShouldContain("const sbyte Something");
        code.ShouldContain("void SetOff()");
        code.ShouldNotContain("Nothing");
        code.ShouldNotContain("Inside");
        code.ShouldNotContain("Plain");
        CorpusAssembly.Compile([[("empty.capnp.cs", code)]]).ShouldBeEmpty();
    }

    // Every name that the generator gives to something itself, on every kind of declaration, at every depth.
    [NeedsFact("capnp")]
    public void A_declaration_may_have_any_name_that_generated_code_uses_itself()
    {
        string[] names = ["Reader", "Builder", "Which", "TypeId", "Raw", "DefaultOfText", "NamesSchema", "Equals", "ToString", "GetType",
            "MemberwiseClone", "Finalize", "Constants"];
        const string Body = "text @0 :List(Text) = [\"a\"]; union { one @1 :Int8; two @2 :Int8; }";
        var kinds = new Dictionary<string, Func<string, string>>
        {
            ["structs"] = name => $"struct {name} {{ {Body} }}",
            ["nested"] = name => $"struct Outer{name} {{ struct {name} {{ {Body} }} inner @0 :{name}; }}",
            ["same"] = name => $"struct {name} {{ struct {name} {{ {Body} }} inner @0 :{name}; }}",
            ["enums"] = name => $"enum {name} {{ reader @0; which @1; typeId @2; }}",
            ["interfaces"] = name => $"interface {name} {{ struct {name} {{ {Body} }} }}",
            ["groups"] = name => $"struct Grouped{name} {{ {char.ToLowerInvariant(name[0]) + name[1..]} :group {{ {Body} }} }}",
            ["fields"] = name => $"struct With{name} {{ {char.ToLowerInvariant(name[0]) + name[1..]} @0 :Int8 = 3; }}",
        };
        var sources = new List<(string, string)[]>();
        foreach (var (kind, declare) in kinds)
        {
            Write($"names-{kind}.capnp", $"@0x{0xe1b2c3d4e5f60000 + (ulong)sources.Count:x};\n" + string.Join('\n', names.Select(declare)));
            Generate($"names-{kind}.capnp");
            sources.Add([($"names-{kind}.capnp.cs", File.ReadAllText(Path.Combine(_folder, $"names-{kind}.capnp.cs")))]);
        }
        CorpusAssembly.Compile([.. sources]).ShouldBeEmpty();
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!);
        File.WriteAllText(Path.Combine(_folder, name), text);
    }

    private void Generate(params string[] arguments) =>
        Tool.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "capnpc-csharp.dll"), .. arguments], folder: _folder);
}
