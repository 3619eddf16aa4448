using System.Numerics;
using System.Runtime.CompilerServices;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>
/// The producer's end of its region: takes blocks, counts who uses them, frees them. Lock-free, no system call, no allocation, any thread.
/// </summary>
/// <remarks>
/// Proof. A block's truth is one private 64-bit word: generation in the upper half, references in the lower. The generation is odd while
/// the block is taken. The shared bitmap and generations are what others are shown; readers look at the generation alone, so that the
/// bitmap's line stays with the producer (looking at the bit too made a hand-over take 168 ns instead of 146).
/// <para>Take: (1) CAS sets the block's bit: one thread wins. (2) The winner alone writes state := (generation + 1, 1 reference), then the
/// shared generation, then passes a write barrier, then writes the block. A reader that looks (generation, bytes, generation) therefore
/// sees a changed generation when bytes of the next life mixed in; the barrier's partner is the read barrier in
/// RegionReader.IsCurrent.</para>
/// <para>Release: CAS takes one reference off a state of the same generation with references left, and with the last one moves on the
/// generation; anything else is refused, so a late or a second release can never free a block's next life. The thread that takes the last
/// one owns the block alone until (3) it clears the bit, which is its last act and the release that (1) of the next taker pairs
/// with.</para>
/// <para>Only this object writes the shared part: all other processes lost that right when the region was sealed.</para>
/// </remarks>
public sealed unsafe class RegionWriter
{
    private readonly byte* _base;
    private readonly ulong[] _states;
    private readonly BlockQuota?[] _quotas;
    private readonly int[] _hints;
    private long _refusedReleases;

    /// <param name="memory">The read-write mapping; stays the caller's, who disposes it after the last use of this object.</param>
    /// <exception cref="StagingException"><see cref="StagingError.BadHeader"/></exception>
    public RegionWriter(MappedMemory memory)
    {
        Invariant.That(memory.Access == MemoryAccess.ReadWrite);
        var header = RegionHeader.Read(memory);
        _base = memory.Pointer;
        Id = header.Id;
        Layout = header.Layout;
        _states = new ulong[Layout.BlockCount];
        _quotas = new BlockQuota?[Layout.BlockCount];
        _hints = new int[Layout.Classes.Length];
    }

    public RegionId Id { get; }

    public RegionLayout Layout { get; }

    /// <summary>Releases that named a block's other life or had no reference to give back: a peer's or a caller's mistake.</summary>
    public long RefusedReleases => Volatile.Read(ref _refusedReleases);

    public int BlocksInUse
    {
        get
        {
            var count = 0;
            for (var index = 0; index < Layout.Classes.Length; index++)
                count += BlocksInUseOf(index);
            return count;
        }
    }

    /// <summary>Blocks in use of one class.</summary>
    public int BlocksInUseOf(int classIndex)
    {
        ref readonly var blocks = ref Layout.Classes[classIndex];
        var count = 0;
        for (var word = 0; word < blocks.BitmapWords; word++)
            count += BitOperations.PopCount(Volatile.Read(ref Word(in blocks, word)));
        return count;
    }

    /// <summary>
    /// Takes a block of at least <paramref name="bytes"/> with one reference: the smallest class that fits and has one free.
    /// </summary>
    /// <returns>False when the quota is used up, or no block that fits is free, or none is that large.</returns>
    public bool TryTake(long bytes, BlockQuota quota, out BlockRef block)
    {
        block = default;
        if (!quota.TryEnter())
            return false;
        var classes = Layout.Classes;
        for (var index = 0; index < classes.Length; index++)
        {
            if (classes[index].BlockSizeBytes >= bytes && TryTakeBit(in classes[index], ref _hints[index], out var number))
            {
                block = Begin(in classes[index], number, quota);
                return true;
            }
        }
        quota.Leave();
        return false;
    }

    /// <summary>Adds references to a block that the caller has one of.</summary>
    public void AddReference(BlockRef block, int count = 1)
    {
        Invariant.That(block.Block < Layout.BlockCount);
        Invariant.That(count > 0);
        ref var state = ref _states[block.Block];
        while (true)
        {
            var seen = Volatile.Read(ref state);
            Invariant.That(Generation(seen) == block.Generation);
            Invariant.That((uint)seen > 0);
            if (Interlocked.CompareExchange(ref state, seen + (uint)count, seen) == seen)
                return;
        }
    }

    /// <summary>Gives one reference back; the last one frees the block.</summary>
    /// <returns>False, counted, when the block has no such life or no reference.</returns>
    public bool Release(BlockRef block)
    {
        if (block.Block >= Layout.BlockCount)
            return Refuse();
        ref var state = ref _states[block.Block];
        while (true)
        {
            var seen = Volatile.Read(ref state);
            if (Generation(seen) != block.Generation || (uint)seen == 0)
                return Refuse();
            var isLast = (uint)seen == 1;
            var next = isLast ? (ulong)(block.Generation + 1) << 32 : seen - 1;
            if (Interlocked.CompareExchange(ref state, next, seen) != seen)
                continue;
            if (isLast)
                Free(block.Block, block.Generation + 1);
            return true;
        }
    }

    /// <summary>References that a block has; 0 when that life of it is over.</summary>
    public int References(BlockRef block)
    {
        var state = Volatile.Read(ref _states[block.Block]);
        return Generation(state) == block.Generation ? (int)(uint)state : 0;
    }

    /// <summary>The whole block. Good while the caller has a reference.</summary>
    public Span<byte> Memory(BlockRef block)
    {
        Invariant.That(References(block) > 0);
        return new Span<byte>(_base + Layout.BlockOffset(block.Block), (int)Layout.BlockSizeBytes(block.Block));
    }

    /// <summary>The block's first byte, for calls that take addresses.</summary>
    public nint Address(BlockRef block)
    {
        Invariant.That(References(block) > 0);
        return (nint)_base + (nint)Layout.BlockOffset(block.Block);
    }

    private static uint Generation(ulong state) => (uint)(state >> 32);

    private bool TryTakeBit(in RegionClass blocks, ref int hint, out uint number)
    {
        var words = blocks.BitmapWords;
        var first = Volatile.Read(ref hint);
        for (var step = 0; step < words; step++)
        {
            var index = first + step < words ? first + step : first + step - words;
            if (!TryTakeBit(ref Word(in blocks, index), blocks.WordMask(index), out var bit))
                continue;
            // Only a hint: a lost update costs a longer search.
            if (step > 0)
                Volatile.Write(ref hint, index);
            number = ((uint)index * 64) + (uint)bit;
            return true;
        }
        number = 0;
        return false;
    }

    private static bool TryTakeBit(ref ulong word, ulong mask, out int bit)
    {
        while (true)
        {
            var seen = Volatile.Read(ref word);
            var free = ~seen & mask;
            bit = BitOperations.TrailingZeroCount(free);
            if (free == 0)
                return false;
            if (Interlocked.CompareExchange(ref word, seen | (1ul << bit), seen) == seen)
                return true;
        }
    }

    private BlockRef Begin(in RegionClass blocks, uint number, BlockQuota quota)
    {
        var block = blocks.FirstBlock + number;
        var seen = _states[block];
        var generation = Generation(seen) + 1;
        Invariant.That((uint)seen == 0 && (generation & 1) == 1);
        _quotas[block] = quota;
        Volatile.Write(ref _states[block], ((ulong)generation << 32) | 1);
        Volatile.Write(ref *((uint*)(_base + blocks.GenerationsOffset) + number), generation);
        // Partner: the read barrier in RegionReader.IsCurrent. No byte of the new life is seen without its generation.
        Volatile.WriteBarrier();
        return new BlockRef(block, generation);
    }

    private void Free(uint block, uint generation)
    {
        var quota = _quotas[block];
        _quotas[block] = null;
        ref readonly var blocks = ref Layout.Classes[Layout.ClassOf(block)];
        var number = block - blocks.FirstBlock;
        Volatile.Write(ref *((uint*)(_base + blocks.GenerationsOffset) + number), generation);
        var bit = 1ul << (int)(number % 64);
        var before = Interlocked.And(ref Word(in blocks, (int)(number / 64)), ~bit);
        Invariant.That((before & bit) != 0);
        quota!.Leave();
    }

    private bool Refuse()
    {
        Interlocked.Increment(ref _refusedReleases);
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong Word(in RegionClass blocks, int word) => ref *((ulong*)(_base + blocks.BitmapOffset) + word);
}
