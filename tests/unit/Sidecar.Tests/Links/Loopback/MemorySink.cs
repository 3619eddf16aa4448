using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>
/// A landing region over real memory, with a consumer that checks every byte, holds frames for a while and finishes them out of order.
/// </summary>
internal sealed class MemorySink : ILinkSink, IDisposable
{
    private readonly object _lock = new();
    private readonly MemoryFile _file;
    private readonly MappedMemory _memory;
    private readonly Stack<uint> _free = new();
    private readonly bool[] _isHeld;
    private readonly Queue<Held> _returns = new();
    private readonly List<Held> _kept = [];
    private readonly Consumer _consumer;
    private readonly int _holdFrames;
    private ILinkReceiver? _receiver;

    public MemorySink(int slotCount, int blockBytes, Consumer consumer, int holdFrames)
    {
        (SlotCount, LargestBlockBytes, _consumer, _holdFrames) = (slotCount, blockBytes, consumer, holdFrames);
        _file = MemoryFile.Create("sink", (long)slotCount * blockBytes);
        _memory = MappedMemory.Map(_file, MemoryAccess.ReadWrite);
        _isHeld = new bool[slotCount];
        for (var slot = slotCount - 1; slot >= 0; slot--)
            _free.Push((uint)slot);
    }

    private readonly record struct Held(uint Slot, ulong Ticket, FrameHeader Header);

    public nint AreaAddress => _memory.Address;

    public long AreaLengthBytes => _memory.LengthBytes;

    public int SlotCount { get; }

    public int LargestBlockBytes { get; }

    /// <summary>The consumer holds this frame until <see cref="FinishAll"/>, whatever it does with the others; 0 for none.</summary>
    public ulong Kept { get; init; }

    /// <summary>Refuse deliveries until set false again.</summary>
    public bool IsClosed { get; set; }

    public int FreeCount
    {
        get
        {
            lock (_lock)
                return _free.Count;
        }
    }

    public ReadOnlySpan<byte> Read(long offset, int lengthBytes) => _memory.ReadOnlySpan(offset, lengthBytes);

    public void Bind(ILinkReceiver receiver) => _receiver = receiver;

    public bool TryTakeBlock(out uint slot, out long offset, out int sizeBytes)
    {
        lock (_lock)
        {
            (offset, sizeBytes) = (0, LargestBlockBytes);
            if (!_free.TryPop(out slot))
                return false;
            offset = slot * (long)LargestBlockBytes;
            return true;
        }
    }

    public void GiveBack(uint slot)
    {
        lock (_lock)
            _free.Push(slot);
    }

    public bool TryDeliver(in FrameHeader header, uint slot, ulong ticket)
    {
        Held finished;
        lock (_lock)
        {
            if (IsClosed)
                return false;
            if (_isHeld[slot])
                _consumer.Faults.Add($"block {slot} was granted while a consumer held it");
            _isHeld[slot] = true;
            _consumer.Arrived(header, _memory.ReadOnlySpan(slot * (long)LargestBlockBytes, LargestBlockBytes));
            if (header.Sequence == Kept)
            {
                _kept.Add(new Held(slot, ticket, header));
                return true;
            }
            _returns.Enqueue(new Held(slot, ticket, header));
            if (_returns.Count <= _holdFrames)
                return true;
            finished = _returns.Dequeue();
        }
        Finish(finished);
        return true;
    }

    /// <summary>The consumer returns and finishes all that it holds.</summary>
    public void FinishAll()
    {
        foreach (var kept in _kept)
            Finish(kept);
        _kept.Clear();
        while (true)
        {
            Held finished;
            lock (_lock)
            {
                if (!_returns.TryDequeue(out finished))
                    return;
            }
            Finish(finished);
        }
    }

    public void Reopen()
    {
        lock (_lock)
            IsClosed = false;
        _receiver!.Retry();
    }

    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
    }

    private void Finish(Held held)
    {
        lock (_lock)
        {
            // Still whole when it is given back: nothing wrote into a block that a consumer holds.
            _consumer.Left(held.Header, _memory.ReadOnlySpan(held.Slot * (long)LargestBlockBytes, LargestBlockBytes));
            _isHeld[held.Slot] = false;
            _free.Push(held.Slot);
        }
        _receiver!.Returned(held.Slot);
        _receiver.Done(held.Ticket);
    }
}
