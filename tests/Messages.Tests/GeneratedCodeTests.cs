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
        Compare("tests/CapnProto.Tests/Schema", "tests/CapnProto.Tests/Generated", ["sample.capnp"]);

    private static void Compare(string schemaFolder, string generatedFolder, string[] files)
    {
        var target = Directory.CreateTempSubdirectory("capnpc-csharp-").FullName;
        try
        {
            var plugin = Path.Combine(target, "plugin");
            File.WriteAllText(plugin, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "capnpc-csharp.dll")}'\n");
            Tool.Run("chmod", ["+x", plugin]);
            Tool.Run("capnp", ["compile", "-I" + Schemas.Folder, $"-o{plugin}:{target}", .. files], folder: Path.Combine(Schemas.Root, schemaFolder));
            foreach (var file in files)
                File.ReadAllText(Path.Combine(target, file + ".cs")).ShouldBe(File.ReadAllText(Path.Combine(Schemas.Root, generatedFolder, file + ".cs")));
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }
}
