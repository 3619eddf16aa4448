using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>A region of this pod and who produces into it.</summary>
internal sealed class PodRegion(string name, StagingRegion staging) : IDisposable
{
    private MappedMemory? _mapping;
    private RegionReader? _reader;
    private int _holders = 1;

    /// <summary>
    /// Makes a region as the plan has it. Who sends nothing has no classes; the handshake has a region for everybody, the least that there
    /// is.
    /// </summary>
    /// <exception cref="StagingException">OutOfMemory: the machine has not the pages.</exception>
    /// <param name="name">Of its producer.</param>
    /// <param name="classes">Its blocks.</param>
    /// <param name="pages">Of its memory.</param>
    /// <param name="forDevice">An RNIC may have to read it. Linux up to 6.1 lets a device read only what this process could write: the
    /// sidecar's own mapping is then writable, made before the seal; it is read all the same.</param>
    public static PodRegion Create(string name, IReadOnlyList<BlockClassPlan> classes, HugePages pages, bool forDevice = false)
    {
        StagingRegion Make() => classes.Count == 0
            ? StagingRegion.Create($"kmf-{name}", [new BlockClass(MemoryFile.PageBytes, 1)])
            : StagingRegion.Create($"kmf-{name}", [.. classes.Select(one => new BlockClass(one.SizeBytes, one.Count))],
                BlockSizes.PageBytes(pages));
        var region = new PodRegion(name, forDevice ? DeviceMemory.Near(Make) : Make());
        if (forDevice)
            region._mapping = region.Staging.MapForProducer();
        return region;
    }

    public string Name { get; } = name;

    public StagingRegion Staging { get; } = staging;

    /// <summary>True once the producer has its mapping and the seals hold; before that no reader gets the region.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>Gone with its producer: no process can meet it any more.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Sealed and not yet buried with its producer.</summary>
    public bool IsReadable => IsSealed && !IsGone;

    public void Seal()
    {
        if (IsSealed)
            return;
        Staging.Seal();
        // Now and not on first use: the producer can still write the header, and the reader that finds a bad one later would be blamed for
        // it.
        _mapping ??= Staging.MapForReader();
        _reader = new RegionReader(_mapping);
        IsSealed = true;
    }

    /// <summary>The sidecar's own reading of it, once it is sealed.</summary>
    public RegionReader Reader => _reader ?? throw new InvalidOperationException($"region {Name} is not sealed");

    /// <summary>Where the sidecar reads it, once it is sealed: what a device has to know.</summary>
    public MappedMemory Memory => _mapping ?? throw new InvalidOperationException($"region {Name} is not sealed");

    /// <summary>No process can meet it any more: it is not to be offered again.</summary>
    public void MarkGone() => IsGone = true;

    /// <summary>
    /// Its memory outlives its burial until <see cref="LetGo"/>: a reader of frames in this region may not trust others to say when that is
    /// over.
    /// </summary>
    public void Hold()
    {
        Invariant.That(!IsGone);
        Interlocked.Increment(ref _holders);
    }

    /// <summary>Ends one <see cref="Hold"/>; with the last one, and its own end, the memory goes.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
            return;
        _mapping?.Dispose();
        Staging.Dispose();
    }

    public void Dispose()
    {
        IsGone = true;
        LetGo();
    }
}
