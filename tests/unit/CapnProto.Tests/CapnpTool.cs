using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>The reference implementation, as Debian ships it.</summary>
internal static class CapnpTool
{
    public static string Decode(byte[] framed, string type = "Everything") =>
        Encoding.UTF8.GetString(Tool.Run("capnp", ["decode", .. Imports, Schema, type], framed));

    public static byte[] Encode(string text, string type = "Everything") =>
        Tool.Run("capnp", ["encode", .. Imports, Schema, type], Encoding.UTF8.GetBytes(text));

    public static string Root { get; } = FindRoot();

    private static string[] Imports => ["-I" + Path.Combine(Root, "libs/CapnProto.Compiler/Schema")];

    private static string Schema => Path.Combine(Root, "tests/unit/CapnProto.Tests/Schema/sample.capnp");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "K8sMediaFlow.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository above the tests");
        return folder;
    }
}
