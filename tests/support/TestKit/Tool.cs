using System.Diagnostics;
using System.Text;

namespace K8sMediaFlow.TestKit;

/// <summary>Runs a program of the machine to its end, with bytes in and bytes out; bounded.</summary>
public static class Tool
{
    public static byte[] Run(string program, string[] arguments, byte[]? input = null, string? folder = null, TimeSpan? patience = null)
    {
        var bound = patience ?? Hang.Bound;
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var feed = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input ?? []);
            process.StandardInput.Close();
        });
        using var output = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        if (!process.WaitForExit(bound) || !Task.WaitAll([feed, copied, errors], bound))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end, or its output did not, within {bound}");
        }
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {Encoding.UTF8.GetString(output.ToArray())}{errors.Result}");
        return output.ToArray();
    }
}
