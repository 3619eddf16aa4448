using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>Signals to processes that are not our children.</summary>
public static class ProcessSignals
{
    private const int SIGTERM = 15;

    /// <summary>Sends SIGTERM.</summary>
    /// <exception cref="NativeException">ESRCH: there is no such process; EPERM: it is another user's.</exception>
    public static void Terminate(int processId)
    {
        if (ProcessCalls.kill(processId, SIGTERM) != 0)
            throw NativeException.Last("kill");
    }
}
