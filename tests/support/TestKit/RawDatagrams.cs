using System.Runtime.InteropServices;

namespace K8sMediaFlow.TestKit;

/// <summary>
/// Sends what no code of ours sends on a Unix socket: datagrams of no bytes, and as many descriptors beside them as the kernel takes.
/// </summary>
public static unsafe partial class RawDatagrams
{
    private const int SolSocket = 1, ScmRights = 1, NoSignal = 0x4000, HeaderBytes = 16, OutgoingQueue = 0x5411;

    /// <returns>False where the peer has closed.</returns>
    public static bool Send(int socket, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> descriptors)
    {
        var control = new byte[HeaderBytes + ((descriptors.Length * sizeof(int)) + 7 & ~7)];
        BitConverter.TryWriteBytes(control, (long)(HeaderBytes + (descriptors.Length * sizeof(int))));
        BitConverter.TryWriteBytes(control.AsSpan(8), SolSocket);
        BitConverter.TryWriteBytes(control.AsSpan(12), ScmRights);
        MemoryMarshal.AsBytes(descriptors).CopyTo(control.AsSpan(HeaderBytes));
        fixed (byte* start = bytes, rights = control)
        {
            byte none;
            var part = stackalloc nint[] { (nint)(bytes.IsEmpty ? &none : start), bytes.Length };
            // struct msghdr: name, its length, parts, their count, control, its length, flags.
            var header = stackalloc nint[] { 0, 0, (nint)part, 1, descriptors.IsEmpty ? 0 : (nint)rights,
                descriptors.IsEmpty ? 0 : control.Length, 0 };
            return SendMessage(socket, header, NoSignal) >= 0;
        }
    }

    /// <summary>Bytes that were sent and that the peer has not read.</summary>
    public static int Unread(int socket)
    {
        var unread = 0;
        return Control(socket, OutgoingQueue, &unread) == 0 ? unread : 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int socket, nuint request, void* value);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, void* header, int flags);
}
