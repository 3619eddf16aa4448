using System.Diagnostics;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>The parent's side of <see cref="PeerProgram"/>: every wait for a line is bounded, and disposing kills.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    public static PeerProcess Start(bool sends) =>
        new(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(PeerProcess).Assembly.Location, PeerProgram.Verb(sends)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    public void Say(string line) => _process.StandardInput.WriteLine(line);

    public void Say(ReadOnlyMemory<byte> bytes) => Say(Convert.ToHexString(bytes.Span));

    public string Hear()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        line.Wait(FabricPair.Watchdog).ShouldBeTrue("the peer's process says nothing");
        return line.Result.ShouldNotBeNull();
    }

    public byte[] HearBytes() => Convert.FromHexString(Hear());

    /// <summary>SIGKILL; returns when the kernel has taken back all that it had.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit(FabricPair.Watchdog).ShouldBeTrue();
    }

    public void Dispose()
    {
        Kill();
        // Streams that were used are their user's to close.
        _process.StandardInput.Dispose();
        _process.StandardOutput.Dispose();
        _process.Dispose();
    }
}
