using K8sMediaFlow.Sdk;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace K8sMediaFlow.Docs.Tests.Markdown;

/// <summary>A block of C#, as a reader's project compiles it: with the SDK's own assembly and the framework, and nothing else.</summary>
internal static class Snippet
{
    // <ImplicitUsings>enable</ImplicitUsings> of a project without web or tests.
    private static readonly string[] Usings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http",
        "System.Threading", "System.Threading.Tasks"];

    // What a fragment may call and leaves to its reader.
    private const string OfTheReader = "static double Score(ReadOnlySpan<byte> plane) => plane[0];";

    private static readonly MetadataReference[] References =
        [.. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll")
            .Append(typeof(MediaOperator).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>What the compiler says against it; nothing if it compiles. A block without usings is a fragment of a program.</summary>
    public static IEnumerable<string> Problems(string text)
    {
        var program = Parse(text);
        if (program.GetCompilationUnitRoot() is { Usings.Count: 0 })
            program = Parse($"using K8sMediaFlow.Sdk;\n{text}\n{(text.Contains("Score(", StringComparison.Ordinal) ? OfTheReader : "")}");
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);
        return CSharpCompilation.Create("Snippet", [program, Parse(string.Concat(Usings.Select(name => $"global using {name};\n")))],
            References, options).GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => $"{found}");
    }

    private static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest));
}
