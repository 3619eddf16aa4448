using System.IO.MemoryMappedFiles;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A framed message in a file, read where the page cache has it: opening looks at the table only, and reading touches only the pages of
/// what is asked for, however long the file is.
/// Safety: the file must not be made shorter meanwhile; the system ends a process that reads behind a file's end.
/// </summary>
public sealed class MappedMessage : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private MessageReader _message;
    private bool _isDisposed;

    private unsafe MappedMessage(MemoryMappedFile file, MemoryMappedViewAccessor view, long fileBytes, ReadLimits limits)
    {
        _file = file;
        _view = view;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        if (!StreamFraming.TryRead((nint)start, fileBytes, limits, out _message, out var lengthBytes))
        {
            Dispose();
            CapnProtoException.Throw(CapnProtoError.BadFraming);
        }

        LengthBytes = lengthBytes;
    }

    /// <summary>Bytes of the message; the file may hold more behind it.</summary>
    public long LengthBytes { get; }

    /// <summary>The message, valid until this is disposed.</summary>
    public ref MessageReader Message => ref _message;

    /// <exception cref="CapnProtoException">The root pointer is not a sound struct pointer.</exception>
    public T Root<T>()
        where T : IStructReader<T>, allows ref struct => _message.Root<T>();

    /// <exception cref="IOException">The file cannot be opened or mapped.</exception>
    /// <exception cref="CapnProtoException">It does not begin with a whole framed message.</exception>
    public static MappedMessage Open(string path, ReadLimits limits)
    {
        // The view's own capacity is rounded up to a page, whose end would pass for a part of the file.
        var fileBytes = new FileInfo(path).Length;
        if (fileBytes == 0)
            CapnProtoException.Throw(CapnProtoError.BadFraming, "the file is empty");
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        try
        {
            return new MappedMessage(file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), fileBytes, limits);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _message.Reset(default);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
