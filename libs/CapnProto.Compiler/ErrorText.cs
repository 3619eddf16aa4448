using System.Text.RegularExpressions;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Errors as people or as MSBuild read them.</summary>
internal static partial class ErrorText
{
    public static string Of(Exception error, bool isForMsBuild)
    {
        if (error is not CompilerException { IsFromReference: true })
            return isForMsBuild ? "capnpc-csharp : error CAPNP002: " + error.Message : "capnpc-csharp: " + error.Message;
        return isForMsBuild ? string.Join('\n', error.Message.Split('\n').Select(ForMsBuild)) : error.Message;
    }

    /// <summary>
    /// The reference compiler writes <c>file:line:column-column: error: text</c>; MSBuild reads <c>file(line,column): error CODE: text</c>.
    /// </summary>
    private static string ForMsBuild(string line)
    {
        var match = Place().Match(line);
        return match.Success
            ? $"{match.Groups["file"]}({match.Groups["line"]},{match.Groups["column"]}): error CAPNP001: {match.Groups["text"]}"
            : "capnpc-csharp : error CAPNP001: " + line;
    }

    [GeneratedRegex(@"^(?<file>.+?):(?<line>\d+):(?<column>\d+)(-\d+)?: error: (?<text>.*)$")]
    private static partial Regex Place();
}
