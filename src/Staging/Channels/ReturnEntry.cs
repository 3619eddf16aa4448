using System.Runtime.InteropServices;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>What a consumer says of a frame; once each.</summary>
[Flags]
public enum ReturnKind : uint
{
    None = 0,

    /// <summary>Its bytes are needed no more.</summary>
    Returned = 1,

    /// <summary>All that derives from it is itself done; never before it is returned.</summary>
    Done = 2,

    Both = Returned | Done,
}

/// <summary>One cell of the return ring: 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
public readonly record struct ReturnEntry
{
    public const int SizeBytes = 16;

    public readonly ulong Ticket;
    public readonly ReturnKind Kind;
    private readonly uint _reserved;

    public ReturnEntry(ulong ticket, ReturnKind kind)
    {
        Ticket = ticket;
        Kind = kind;
    }
}
