using System.Diagnostics;
using K8sMediaFlow.Bench.Pipeline;

namespace K8sMediaFlow.Bench.Startup;

/// <summary>A command that says something and ends.</summary>
internal static class CommandStart
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="InvalidOperationException">It failed, or said nothing.</exception>
    public static async Task<StartSample> RunAsync(string program, params string[] arguments)
    {
        var usage = ChildUsage.Begin();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var watching = MostAsync(process);
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        var first = Stopwatch.GetElapsedTime(usage.Started);
        await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        var code = ProcessEnd.Await(process, program, Patience);
        if (code != 0 || line is null)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}");
        return new(first.TotalMilliseconds, usage.CpuSeconds() * 1000, await watching);
    }

    private static async Task<ResidentMemory> MostAsync(Process process)
    {
        ResidentMemory most = default;
        while (!process.HasExited)
        {
            if (ResidentMemory.Of(process.Id) is var now && now.Total > most.Total)
                most = now;
            await Task.Delay(Look);
        }
        return most;
    }
}
