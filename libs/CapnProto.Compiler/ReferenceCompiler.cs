using System.ComponentModel;
using System.Diagnostics;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>The reference implementation's compiler: it parses schemas, we only generate.</summary>
internal static class ReferenceCompiler
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>The CodeGeneratorRequest for the files.</summary>
    /// <exception cref="CompilerException">The compiler is not installed, or refuses a schema: then its own words.</exception>
    public static byte[] Run(CompilerOptions options)
    {
        var start = new ProcessStartInfo(options.Capnp) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = ["compile", "-o-", .. options.Imports.Select(folder => "-I" + folder), "-I" + AnnotationFolder,
            .. options.Files];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        // Left by a parent that changed its folder otherwise, it makes the compiler warn, and the warning would appear among a schema's
        // errors.
        start.Environment["PWD"] = Directory.GetCurrentDirectory();
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        using var request = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(request);
        if (!process.WaitForExit(_patience) || !Task.WaitAll([copied, errors], _patience))
        {
            process.Kill(entireProcessTree: true);
            throw new CompilerException($"{options.Capnp} did not end within {_patience.TotalSeconds:0} s");
        }
        if (process.ExitCode != 0)
            throw new CompilerException(errors.Result.TrimEnd(), isFromReference: true);
        return request.ToArray();
    }

    /// <summary>Where csharp.capnp lies: beside this program.</summary>
    public static string AnnotationFolder => Path.Combine(AppContext.BaseDirectory, "Schema");

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CompilerException($"cannot run {start.FileName} ({e.Message}); on Debian the package capnproto has it",
                isFromReference: false);
        }
    }
}
