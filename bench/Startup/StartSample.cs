using System.Globalization;

namespace K8sMediaFlow.Bench.Startup;

/// <summary>One start of a program.</summary>
/// <param name="FirstLineMilliseconds">From its start to its first line.</param>
/// <param name="CpuMilliseconds">Of a sidecar up to that line, of a command up to its end.</param>
/// <param name="Memory">Of a sidecar when it has been idle for a while, of a command the most that was seen.</param>
internal sealed record StartSample(double FirstLineMilliseconds, double CpuMilliseconds, ResidentMemory Memory);

/// <summary>Resident memory of a process, in MB of 1,000,000 bytes.</summary>
/// <param name="Total">All of it.</param>
/// <param name="Private">What no file has: heaps, stacks, data that the program wrote to.</param>
/// <param name="Files">Pages of the program and its libraries, which processes of one image share.</param>
internal readonly record struct ResidentMemory(double Total, double Private, double Files)
{
    private const double MegabytesPerKibibyte = 1024 / 1e6;

    /// <summary>What the kernel says now; nothing for a process that has gone.</summary>
    public static ResidentMemory Of(int process)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines($"/proc/{process}/status");
        }
        catch (IOException)
        {
            return default;
        }
        return new(Field(lines, "VmRSS:"), Field(lines, "RssAnon:"), Field(lines, "RssFile:"));
    }

    private static double Field(string[] lines, string name)
    {
        var line = lines.FirstOrDefault(one => one.StartsWith(name, StringComparison.Ordinal));
        if (line is null)
            return 0;
        var number = line.AsSpan(name.Length, line.Length - name.Length - "kB".Length).Trim();
        return long.Parse(number, NumberFormatInfo.InvariantInfo) * MegabytesPerKibibyte;
    }
}
