using System.Text;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

internal static unsafe class LocalAddress
{
    private const int PathBytesMax = 107;

    /// <summary>Fills a sockaddr_un.</summary>
    /// <exception cref="NativeException">The path does not fit: the kernel would cut it short in silence.</exception>
    internal static SocketCalls.sockaddr_un Of(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length is 0 or > PathBytesMax)
            throw new NativeException("bind/connect", Errno.ENAMETOOLONG,
                $"a socket's path has 1..{PathBytesMax} bytes, '{path}' has {bytes.Length}");
        var address = new SocketCalls.sockaddr_un { sun_family = SocketCalls.AF_UNIX };
        bytes.CopyTo(new Span<byte>(address.sun_path, PathBytesMax));
        return address;
    }

    internal static Descriptor NewSocket()
    {
        var descriptor = SocketCalls.socket(SocketCalls.AF_UNIX,
            SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC | SocketCalls.SOCK_NONBLOCK, 0);
        return descriptor >= 0 ? new Descriptor(descriptor) : throw NativeException.Last("socket(AF_UNIX)");
    }
}
