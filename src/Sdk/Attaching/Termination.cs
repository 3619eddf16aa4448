using System.Runtime.InteropServices;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// SIGTERM while an operator is attached. Without a handler the runtime leaves the signal's default in place: it ends the process in the middle of a
/// frame, or, where the program is process 1 of its container, does nothing at all until the kubelet kills it.
/// </summary>
/// <remarks>
/// The signal ends a source, never an operator that has inputs: what was sent to it is on its way. The sidecar hears of the pod's end as well and says
/// when the time for that is over. Rejected: to end such an operator some seconds later. A slow machine would then leave a file without its end.
/// </remarks>
internal sealed class Termination : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration? _registration;

    public Termination(bool isHandled) => _registration = isHandled ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle) : null;

    /// <summary>Completes with the signal.</summary>
    public Task Asked => _asked.Task;

    public void Dispose() => _registration?.Dispose();

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        _asked.TrySetResult();
    }
}
