using System.Diagnostics;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>A process on one of the two processors, spoken to in lines.</summary>
internal sealed class RdmaChild : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    public RdmaChild(int processor, params string[] words) =>
        _process = Process.Start(new ProcessStartInfo("taskset", ["-c", $"{processor}", .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        })!;

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public string Hear()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        return line.Wait(s_patience) && line.Result is { } text
            ? text
            : throw new InvalidOperationException("an end of the comparison fell silent");
    }

    public string Ask(string line)
    {
        Tell(line);
        return Hear();
    }

    /// <summary>What it says until it ends.</summary>
    public string HearAll()
    {
        var all = _process.StandardOutput.ReadToEndAsync();
        if (!all.Wait(s_patience))
            throw new InvalidOperationException("an end of the comparison does not end");
        var code = ProcessEnd.Await(_process, "an end of the comparison", s_patience);
        return code == 0 ? all.Result : throw new InvalidOperationException($"an end of the comparison ended with {code}: {all.Result}");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(s_patience))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
