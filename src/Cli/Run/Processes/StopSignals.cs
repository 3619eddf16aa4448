using System.Runtime.InteropServices;

namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>Ctrl-C and SIGTERM: the first asks for an orderly end, the second for an end at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _interrupted = new();
    private readonly CancellationTokenSource _forced = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
    }

    public CancellationToken Interrupted => _interrupted.Token;

    public CancellationToken Forced => _forced.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _interrupted.Dispose();
        _forced.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        (_interrupted.IsCancellationRequested ? _forced : _interrupted).Cancel();
    }
}
