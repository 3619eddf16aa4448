namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Where the code of each schema goes: all into one folder, as the schema's file is called.</summary>
internal static class OutputFiles
{
    /// <exception cref="CompilerException">
    /// Two schemas are called alike. Folders of their own would need a rule for paths outside the working directory, and for MSBuild one
    /// for what it compiles; a user with two such files runs the compiler twice.
    /// </exception>
    public static IReadOnlyList<(ulong FileId, string Schema, string Path)> Of(IEnumerable<(ulong Id, string Name)> files, string folder)
    {
        var schemas = new Dictionary<string, string>();
        var outputs = new List<(ulong, string, string)>();
        foreach (var (id, name) in files)
        {
            var path = Path.Combine(folder, Path.GetFileName(name) + ".cs");
            if (!schemas.TryAdd(path, name))
                throw new CompilerException(
                    $"{schemas[path]} and {name} would both become {path}: rename one, or generate them into different folders",
                    isFromReference: false);
            outputs.Add((id, name, path));
        }

        return outputs;
    }
}
