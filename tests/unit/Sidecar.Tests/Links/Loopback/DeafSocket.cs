using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>A socket whose machine is gone: what is sent to it is dropped before anything would acknowledge it.</summary>
internal static class DeafSocket
{
    // setsockopt(SOL_SOCKET, SO_ATTACH_FILTER) takes a sock_fprog: the count and the address of instructions of eight bytes.
    private const int SocketLevel = 1, AttachFilter = 26, InstructionBytes = 8, ProgramBytes = 16, AddressOffset = 8;

    /// <summary>BPF_RET with a constant of 0: of each packet no byte passes.</summary>
    private const long DropAll = 6;

    public static void Deafen(this Socket socket)
    {
        var instruction = Marshal.AllocHGlobal(InstructionBytes);
        try
        {
            Marshal.WriteInt64(instruction, DropAll);
            var program = new byte[ProgramBytes];
            program[0] = 1;
            BinaryPrimitives.WriteInt64LittleEndian(program.AsSpan(AddressOffset), instruction);
            socket.SetRawSocketOption(SocketLevel, AttachFilter, program);
        }
        finally
        {
            Marshal.FreeHGlobal(instruction);
        }
    }
}
