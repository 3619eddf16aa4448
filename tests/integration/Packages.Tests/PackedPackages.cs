using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Packages.Tests;

/// <summary>The packages, made once, and projects in folders of their own that install them. Their package cache is there, too.</summary>
public sealed class PackedPackages : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-packages-");

    public PackedPackages() => Pack("feed");

    private string Feed => Path.Combine(_folder.FullName, "feed");

    public IEnumerable<string> Files() => Directory.GetFiles(Feed).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    /// <summary>The files of which a second pack makes other bytes.</summary>
    public IEnumerable<string> FilesThatAnotherPackMakesDifferent()
    {
        var again = Pack("again");
        return [.. Files().Where(file => !File.ReadAllBytes(Path.Combine(Feed, file)).AsSpan().SequenceEqual(
            File.ReadAllBytes(Path.Combine(again, file))))];
    }

    /// <summary>The names of the files in a folder of a package.</summary>
    public IEnumerable<string> Entries(string package, string folder)
    {
        using var archive = Open(package);
        var entries = archive.Entries.Where(entry => entry.FullName.StartsWith(folder, StringComparison.Ordinal));
        return [.. entries.Select(entry => entry.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>What the package's symbols say, a file each.</summary>
    public IEnumerable<DebugSymbols> Symbols(string package)
    {
        using var archive = Open(package, "snupkg");
        var entries = archive.Entries.Where(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal));
        return [.. entries.Select(DebugSymbols.Read).OrderBy(one => one.File, StringComparer.Ordinal)];
    }

    public string Manifest(string package)
    {
        using var archive = Open(package);
        using var reader = new StreamReader(archive.GetEntry(package + ".nuspec")!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>Restores, builds and runs the project outside; what it writes, a line each.</summary>
    public string[] RunOutside()
    {
        var project = _folder.CreateSubdirectory("outside").FullName;
        // It is no project of this repository, and here it is not named like one.
        foreach (var file in Directory.GetFiles(Path.Combine(Here(), "Outside")))
            File.Copy(file, Path.Combine(project, Path.GetFileName(file).Replace(".xml", ".csproj", StringComparison.Ordinal)));
        Build(project, $"""<add key="packed" value="{Feed}" />""");
        var written = Tool.Run("dotnet", [Path.Combine(project, "bin/Release/net10.0/Outside.dll")], folder: project);
        return Encoding.UTF8.GetString(written).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>
    /// Writes and builds the project of a tutorial, beside something that has our packages where a checkout has them; the program.
    /// </summary>
    /// <param name="files">Path and text of each.</param>
    /// <param name="name">Of the project's folder.</param>
    public string BuildBesideCheckout(IEnumerable<(string Path, string Text)> files, string name)
    {
        var beside = _folder.CreateSubdirectory("tutorial").FullName;
        Directory.CreateDirectory(Path.Combine(beside, "K8sMediaFlow", "artifacts"));
        Directory.CreateSymbolicLink(Path.Combine(beside, "K8sMediaFlow", "artifacts", "packages"), Feed);
        Directory.CreateDirectory(Path.Combine(beside, name));
        foreach (var (path, text) in files)
            File.WriteAllText(Path.Combine(beside, path), text);
        Build(Path.Combine(beside, name), sources: "");
        return Path.Combine(beside, name, "bin/Release/net10.0", name);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // What belongs to the framework comes from where this machine gets it, or has it already; ours only from the folder.
    private string PackageSources(string sources) => $"""
        <configuration>
          <config><add key="globalPackagesFolder" value="{Path.Combine(_folder.FullName, "cache")}" /></config>
          <packageSources><clear />{sources}</packageSources>
          <fallbackPackageFolders><add key="machine" value="{MachineCache()}" /></fallbackPackageFolders>
        </configuration>
        """;

    private void Build(string project, string sources)
    {
        File.WriteAllText(Path.Combine(project, "nuget.config"), PackageSources(sources));
        Tool.Run("dotnet", ["build", "-c", "Release", "-v", "q", "--nologo"], folder: project, patience: Hang.LongBound);
    }

    private static string MachineCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    private string Pack(string name)
    {
        var folder = Path.Combine(_folder.FullName, name);
        Tool.Run(Path.Combine(Sources.Root, "scripts/pack.sh"), [folder], patience: Hang.LongBound);
        return folder;
    }

    private ZipArchive Open(string package, string kind = "nupkg") =>
        ZipFile.OpenRead(Directory.GetFiles(Feed, $"{package}.*.{kind}").Single());

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
