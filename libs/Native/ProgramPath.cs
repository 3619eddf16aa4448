namespace K8sMediaFlow.Native;

internal static class ProgramPath
{
    private const string DefaultFolders = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>Finds a program as a shell would, before anything is started: an error then names it.</summary>
    /// <exception cref="FileNotFoundException"/>
    internal static string Find(string file)
    {
        if (file.Contains('/', StringComparison.Ordinal))
            return File.Exists(file) ? Path.GetFullPath(file) : throw new FileNotFoundException($"There is no program '{file}'.", file);
        var folders = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? path : DefaultFolders;
        return folders.Split(':').Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"There is no program '{file}' in PATH.", file);
    }
}
