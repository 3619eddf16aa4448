using System.Runtime.InteropServices;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// SIGTERM while an operator is attached. Without a handler the runtime leaves the signal's default in place: it ends the process in the
/// middle of a frame, or, where the program is process 1 of its container, does nothing at all until the kubelet kills it.
/// </summary>
/// <remarks>
/// The signal ends a source, never an operator that has inputs: what was sent to it is on its way. The sidecar hears of the pod's end as
/// well and says when the time for that is over. Rejected: to end such an operator some seconds later. A slow machine would then leave a
/// file without its end. The process keeps the handler when its operator has ended: a signal that comes between that and the process's own
/// end would turn a finished program into a failed one (exit code 143).
/// </remarks>
internal sealed class Termination : IDisposable
{
    private static readonly Lock s_gate = new();
    private static readonly List<Termination> s_living = [];
    private static PosixSignalRegistration? s_registration;

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Termination(bool isHandled)
    {
        if (!isHandled)
            return;
        lock (s_gate)
        {
            s_registration ??= PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
            s_living.Add(this);
        }
    }

    /// <summary>Completes with the signal.</summary>
    public Task Asked => _asked.Task;

    public void Dispose()
    {
        lock (s_gate)
            s_living.Remove(this);
    }

    private static void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (s_gate)
            foreach (var one in s_living)
                one._asked.TrySetResult();
    }
}
