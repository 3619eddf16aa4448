using System.IO.MemoryMappedFiles;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>
/// How often one end has granted, in memory that both processes map: it replaces the control connection that brings grants in a link.
/// </summary>
internal sealed unsafe class RdmaGrants : IDisposable
{
    private const int LengthBytes = 4096;

    private readonly MemoryMappedViewAccessor _view;
    private readonly ulong* _total;

    public RdmaGrants(string path, bool isNew)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, LengthBytes);
        _view = file.CreateViewAccessor(0, LengthBytes);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _total = (ulong*)start;
        if (isNew)
            Volatile.Write(ref *_total, 0);
    }

    public ulong Total => Volatile.Read(ref *_total);

    public void Add() => Volatile.Write(ref *_total, *_total + 1);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }
}
