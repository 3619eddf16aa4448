using K8sMediaFlow.Native;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>Blocks of one size in a memory file, as both a producer's and a link's region have them.</summary>
internal sealed class RdmaArea : IDisposable
{
    public const uint Epoch = 1;

    /// <summary>
    /// One for each write under way, which is as close as ours comes to perftest: that writes from one buffer to one buffer all the time.
    /// An emulated processor remembers few pages: with sixteen blocks a C program of our shape has 0.91 to 0.94 of the rate with one, and
    /// ours had 0.88 to 0.92.
    /// </summary>
    public const int Blocks = RdmaRun.Writes;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MemoryFile _file;
    private readonly MappedMemory _memory;
    private readonly int _blockBytes;

    public RdmaArea(int messageBytes)
    {
        MessageBytes = messageBytes;
        _blockBytes = (messageBytes + MemoryFile.PageBytes - 1) / MemoryFile.PageBytes * MemoryFile.PageBytes;
        _file = MemoryFile.Create("bench", (long)Blocks * _blockBytes);
        _memory = MappedMemory.Map(_file, MemoryAccess.ReadWrite);
    }

    /// <summary>A frame's bytes on the wire: header and payload.</summary>
    public int MessageBytes { get; }

    public nint Address => _memory.Address;

    public long LengthBytes => _memory.LengthBytes;

    public long Offset(uint slot) => (long)slot * _blockBytes;

    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
    }
}
