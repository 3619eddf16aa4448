using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests.Pods;

/// <summary>One container's process: its output is kept, it never outlives the test.</summary>
internal sealed class PodProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    public PodProcess(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public IReadOnlyList<string> Lines => [.. _lines.Where(line => line.Length > 0)];

    public void Signal(string name) => Programs.Run("kill", "-" + name, _process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The exit code; 128 + number for a signal.</summary>
    public int AwaitExit()
    {
        _process.WaitForExit(Hang.LongBound)
            .ShouldBeTrue($"{_process.StartInfo.FileName} does not end:\n{string.Join('\n', Lines)}");
        ProcessEnd.IsComplete(_process).ShouldBeTrue($"{_process.StartInfo.FileName} has ended, but its output has not");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit(Hang.Bound);
        _process.Dispose();
    }
}
