using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>A child that cannot outlive us, with exactly the descriptors that it was given.</summary>
/// <remarks>Why not System.Diagnostics.Process: it maps no descriptors, and its children live on when their parent is killed.</remarks>
public sealed unsafe class ChildProcess
{
    private readonly TaskCompletionSource<ChildExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private bool _isReaped;

    private ChildProcess(int processId)
    {
        ProcessId = processId;
        new Thread(Reap, maxStackSize: 256 << 10) { IsBackground = true, Name = $"reap {processId}" }.Start();
    }

    public int ProcessId { get; }

    public bool HasExited => _exit.Task.IsCompleted;

    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    /// <exception cref="NativeException"/>
    public static ChildProcess Start(ChildProcessOptions options) => new(SpawnThread.Spawn(SpawnRequest.From(options)));

    /// <summary>Ends when the child has; cancelling ends the wait, not the child.</summary>
    public Task<ChildExit> WaitAsync(CancellationToken cancellation = default) => _exit.Task.WaitAsync(cancellation);

    /// <summary>Null when it has not ended in time.</summary>
    public ChildExit? Wait(TimeSpan timeout) => _exit.Task.Wait(timeout) ? _exit.Task.Result : null;

    /// <summary>
    /// Whether it has ended or is about to: true by the time at which its end closes the last descriptor of a pipe, and before it can be
    /// waited for.
    /// </summary>
    public bool IsEnding
    {
        get
        {
            lock (_lock)
                return _isReaped || ProcessFlags.IsEnding(ProcessId);
        }
    }

    /// <summary>Sends a signal; does nothing once the child has been reaped, when its number may be another process's.</summary>
    public void Kill(int signal = 9)
    {
        lock (_lock)
        {
            if (!_isReaped)
                _ = ProcessCalls.kill(ProcessId, signal);
        }
    }

    private void Reap()
    {
        // In two steps: the number stays ours until waitpid, so Kill cannot hit a stranger in between.
        var information = stackalloc byte[128];
        while (ProcessCalls.waitid(ProcessCalls.P_PID, ProcessId, information, ProcessCalls.WEXITED | ProcessCalls.WNOWAIT) != 0
            && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }
        var status = 0;
        lock (_lock)
        {
            _ = ProcessCalls.waitpid(ProcessId, &status, 0);
            _isReaped = true;
        }
        _exit.SetResult(ChildExit.FromWaitStatus(status));
    }
}
