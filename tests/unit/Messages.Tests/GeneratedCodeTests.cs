using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Messages.Tests;

/// <summary>Checked-in generated code is what the schemas give today.</summary>
public class GeneratedCodeTests
{
    [NeedsFact("capnp")]
    public void Message_code_is_current() =>
        Compare("src/Messages/Schema", "src/Messages/Generated", ["frame.capnp", "attach.capnp", "link.capnp"]);

    [NeedsFact("capnp")]
    public void Code_of_the_runtimes_test_schema_is_current() =>
        Compare("tests/unit/CapnProto.Tests/Schema", "tests/unit/CapnProto.Tests/Generated", ["sample.capnp", "clashes.capnp"]);

    [NeedsFact("capnp")]
    public void Code_of_the_benchmarks_schema_is_current() => Compare("bench/Capnp/Schema", "bench/Capnp/Generated", ["rows.capnp"]);

    /// <summary>A fixed point: the compiler that reads its request with this code makes this code.</summary>
    [NeedsFact("capnp")]
    public void The_code_with_which_the_compiler_reads_schemas_is_its_own_output() =>
        Compare("/usr/include/capnp", "libs/CapnProto/Schema/Generated", ["schema.capnp"], "--no-docs", "--namespace",
            "K8sMediaFlow.CapnProto.Schema");

    [NeedsFact("capnp")]
    public void As_a_plugin_of_the_reference_compiler_it_makes_the_same()
    {
        var target = Directory.CreateTempSubdirectory("capnpc-csharp-").FullName;
        try
        {
            var plugin = Path.Combine(target, "plugin");
            File.WriteAllText(plugin, $"#!/bin/sh\nexec dotnet '{Compiler}'\n");
            Tool.Run("chmod", ["+x", plugin]);
            Tool.Run("capnp", ["compile", "-I" + Schemas.Annotations, $"-o{plugin}:{target}", "frame.capnp"], folder: Schemas.Folder);
            ShouldBeCurrent(target, "src/Messages/Generated", ["frame.capnp"]);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static string Compiler => Path.Combine(AppContext.BaseDirectory, "capnpc-csharp.dll");

    private static void Compare(string schemaFolder, string generatedFolder, string[] files, params string[] options)
    {
        var target = Directory.CreateTempSubdirectory("capnpc-csharp-").FullName;
        try
        {
            Tool.Run("dotnet", [Compiler, "--out", target, .. options, .. files], folder: Path.Combine(Schemas.Root, schemaFolder));
            ShouldBeCurrent(target, generatedFolder, files);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static void ShouldBeCurrent(string target, string generatedFolder, string[] files)
    {
        foreach (var file in files)
            File.ReadAllText(Path.Combine(target, file + ".cs"))
                .ShouldBe(File.ReadAllText(Path.Combine(Schemas.Root, generatedFolder, file + ".cs")));
    }
}
