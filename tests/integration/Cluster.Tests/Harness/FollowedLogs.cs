using System.Diagnostics;
using System.Text;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>What the containers of a pod write from now on, kept beyond the pod's end: for the message of a case that fails.</summary>
internal sealed class FollowedLogs : IDisposable
{
    private readonly StringBuilder _text = new();
    private readonly Process _kubectl;

    public FollowedLogs(string program, IReadOnlyList<string> arguments)
    {
        _kubectl = new() { StartInfo = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        _kubectl.OutputDataReceived += (_, line) => Keep(line.Data);
        _kubectl.ErrorDataReceived += (_, line) => Keep(line.Data);
        _kubectl.Start();
        _kubectl.BeginOutputReadLine();
        _kubectl.BeginErrorReadLine();
    }

    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
        }
    }

    public void Dispose()
    {
        _kubectl.Kill();
        _kubectl.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_text)
            _text.AppendLine(line);
    }
}
