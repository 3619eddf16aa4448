using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>Generated code and drivers, compiled as a user's build would: nullable, every warning an error.</summary>
public static class CorpusAssembly
{
    /// <summary>Schemas for each assembly: the C# compiler's time grows faster than the length of what it compiles at once.</summary>
    private const int BatchLength = 20;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest, DocumentationMode.Parse);

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(IsNeeded)
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>The type with each full name.</summary>
    /// <param name="sources">File names and texts that belong together.</param>
    /// <exception cref="AggregateException">A warning or an error; the first ones are named.</exception>
    public static Dictionary<string, Type> Compile(IEnumerable<(string Name, string Text)[]> sources)
    {
        var assemblies = sources.Chunk(BatchLength).AsParallel().WithDegreeOfParallelism(2)
            .Select((batch, index) => Compile(index, batch.SelectMany(one => one)));
        return assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.Namespace == "Corpus.Drivers")
            .ToDictionary(type => type.Name);
    }

    private static Assembly Compile(int index, IEnumerable<(string Name, string Text)> sources)
    {
        var trees = sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, Parsing, source.Name));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: NullableContextOptions.Enable,
            optimizationLevel: OptimizationLevel.Release,
            concurrentBuild: false,
            warningLevel: 9999);
        var compilation = CSharpCompilation.Create($"Corpus{index}", trees, References, options);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        var found = result.Diagnostics.Where(one => one.Severity >= DiagnosticSeverity.Warning).Take(10).Select(one => one.ToString())
            .ToArray();
        return found.Length == 0 ? Assembly.Load(image.ToArray()) : throw new InvalidOperationException(string.Join('\n', found));
    }

    private static bool IsNeeded(string path) =>
        Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)
            || path.Contains("K8sMediaFlow.CapnProto", StringComparison.Ordinal);
}
