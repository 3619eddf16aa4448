namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>What the command line asks for. Without arguments this is a plugin: the request comes by standard input.</summary>
internal sealed record CompilerOptions
{
    public const string Usage = """
        capnpc-csharp - C# readers and builders of Cap'n Proto schemas

        As a plugin:   capnp compile -o /path/to/capnpc-csharp:OUT file.capnp…
        By itself:     capnpc-csharp [options] file.capnp…      (runs the capnp compiler, which must be installed)

          --out DIR          where the files go (default: the working directory)
          --namespace NAME   the C# namespace of files that have no $Csharp.namespace annotation
          --no-docs          leave the schema's comments away
          --import DIR, -I   where imports that begin with / are sought; may be repeated
          --capnp PROGRAM    the capnp compiler (default: capnp)
          --msbuild          errors in the form that MSBuild shows with file and line
          --annotations      print the folder of csharp.capnp, whose annotations this generator knows
        """;

    public IReadOnlyList<string> Files { get; init; } = [];

    public IReadOnlyList<string> Imports { get; init; } = [];

    public string OutFolder { get; init; } = "";

    public string? Namespace { get; init; }

    public string Capnp { get; init; } = "capnp";

    public bool WithDocs { get; init; } = true;

    public bool ForMsBuild { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ArgumentException">An option is unknown or lacks its value.</exception>
    public static CompilerOptions Read(IReadOnlyList<string> arguments)
    {
        var options = new CompilerOptions();
        for (var index = 0; index < arguments.Count; index++)
        {
            options = arguments[index] switch
            {
                "--out" => options with { OutFolder = Value(arguments, ref index) },
                "--namespace" => options with { Namespace = Value(arguments, ref index) },
                "--capnp" => options with { Capnp = Value(arguments, ref index) },
                "--import" or "-I" => options with { Imports = [.. options.Imports, Value(arguments, ref index)] },
                "--no-docs" => options with { WithDocs = false },
                "--msbuild" => options with { ForMsBuild = true },
                var option when option.StartsWith('-') => throw new ArgumentException($"unknown option {option}; --help lists them"),
                var file => options with { Files = [.. options.Files, file] },
            };
        }

        return options;
    }

    private static string Value(IReadOnlyList<string> arguments, ref int index) => ++index < arguments.Count
        ? arguments[index]
        : throw new ArgumentException($"{arguments[index - 1]} needs a value");
}
