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
        error.ShouldContain("one/same.capnp and two/same.capnp would both become same.capnp.cs: rename one, or generate them into different folders");
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

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!);
        File.WriteAllText(Path.Combine(_folder, name), text);
    }

    private void Generate(params string[] arguments) =>
        Tool.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "capnpc-csharp.dll"), .. arguments], folder: _folder);
}
