using System.ComponentModel;
using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Decode;

/// <summary>A schema's bytes: compiled already, or a source that the format's own compiler, where installed, makes them of.</summary>
internal static class SchemaFile
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="RunException">The file is not there, or its compiler is not, or does not like it.</exception>
    public static byte[] Read(string path, IReadOnlyList<string> imports)
    {
        if (!File.Exists(path))
            throw new RunException($"there is no schema file '{path}'");
        return Path.GetExtension(path) switch
        {
            ".capnp" => Compile("capnp", ["compile", .. imports.Select(folder => "-I" + folder), "-o-", path]),
            ".proto" => Compile("protoc",
                [.. Folders(path, imports).Select(folder => "-I" + folder), "--include_imports", "--descriptor_set_out=/dev/stdout", path]),
            _ => File.ReadAllBytes(path),
        };
    }

    private static IEnumerable<string> Folders(string path, IReadOnlyList<string> imports) =>
        [.. imports, Path.GetDirectoryName(Path.GetFullPath(path))!];

    private static byte[] Compile(string compiler, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(compiler, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
            return Finish(compiler, process);
        }
        catch (Win32Exception error)
        {
            throw new RunException($"this schema needs {compiler}, which is not installed", error);
        }
    }

    private static byte[] Finish(string compiler, Process process)
    {
        using var output = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new RunException($"{compiler} did not end within {Patience.TotalSeconds:0} s");
        }

        copied.Wait(Patience);
        return process.ExitCode == 0 ? output.ToArray() : throw new RunException($"{compiler} refuses the schema: {errors.Result.Trim()}");
    }
}
