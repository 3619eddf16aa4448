using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Messages.Tests;

internal static class Schemas
{
    public static string Root { get; } = FindRoot();

    public static string Folder => Path.Combine(Root, "src/Messages/Schema");

    /// <summary>Where csharp.capnp lies, which the schemas import.</summary>
    public static string Annotations => Path.Combine(Root, "libs/CapnProto.Compiler/Schema");

    public static string Decode(string file, string type, byte[] framed) =>
        Encoding.UTF8.GetString(Tool.Run("capnp", ["decode", "-I" + Annotations, Path.Combine(Folder, file + ".capnp"), type], framed));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "K8sMediaFlow.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository above the tests");
        return folder;
    }
}
