using K8sMediaFlow.Native;
using Microsoft.Win32.SafeHandles;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>A memory file opened once more, for reading alone: what the holder of this descriptor maps, it cannot write.</summary>
internal sealed class ReadOnlyDescriptor : IDisposable
{
    private readonly SafeFileHandle _handle;

    private ReadOnlyDescriptor(SafeFileHandle handle) => _handle = handle;

    public int Number => _handle.DangerousGetHandle().ToInt32();

    public static ReadOnlyDescriptor Of(MemoryFile file) =>
        new(File.OpenHandle($"/proc/self/fd/{file.Descriptor}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    public void Dispose() => _handle.Dispose();
}
