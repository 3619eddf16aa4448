using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>
/// A pipe, as large as the machine allows up to 1 MiB: through the default 64 KiB raw video moves at a third of the rate.
/// </summary>
public sealed unsafe class Pipe : IDisposable
{
    private const int WantedBytes = 1 << 20;

    /// <exception cref="NativeException"/>
    public Pipe()
    {
        var ends = stackalloc int[2];
        if (FileCalls.pipe2(ends, FileCalls.O_CLOEXEC) != 0)
            throw NativeException.Last("pipe2");
        ReadEnd = new PipeEnd(ends[0]);
        WriteEnd = new PipeEnd(ends[1]);
        // EPERM: over the user's limit of pipe pages. The pipe then works at its default size.
        _ = FileCalls.fcntl(ends[1], FileCalls.F_SETPIPE_SZ, WantedBytes);
        CapacityBytes = FileCalls.fcntl(ends[1], FileCalls.F_GETPIPE_SZ, 0);
    }

    public PipeEnd ReadEnd { get; }

    public PipeEnd WriteEnd { get; }

    public int CapacityBytes { get; }

    public void Dispose()
    {
        ReadEnd.Dispose();
        WriteEnd.Dispose();
    }
}
