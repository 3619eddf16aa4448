namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>Who but the local CPU may touch registered memory.</summary>
public enum RemoteAccess
{
    /// <summary>The device reads from it, for writes that this process posts.</summary>
    None,

    /// <summary>A peer that knows the key writes into it.</summary>
    Write,
}

/// <summary>Memory that the device has pinned and may reach. The memory stays mapped until this is disposed.</summary>
public sealed unsafe class RegisteredMemory : VerbsHandle
{
    private RegisteredMemory(nint value, ProtectionDomain domain, nint address, long lengthBytes)
        : base(value, ownsHandle: true, domain)
    {
        Address = address;
        LengthBytes = lengthBytes;
        LocalKey = ((ibv_mr*)value)->lkey;
        RemoteKey = ((ibv_mr*)value)->rkey;
    }

    public nint Address { get; }

    public long LengthBytes { get; }

    public uint LocalKey { get; }

    public uint RemoteKey { get; }

    /// <exception cref="NativeException"><see cref="NativeException.IsOutOfMemory"/>: more than the process may lock.</exception>
    public static RegisteredMemory Create(ProtectionDomain domain, nint address, long lengthBytes, RemoteAccess access)
    {
        var flags = access == RemoteAccess.Write ? VerbsConstants.IBV_ACCESS_LOCAL_WRITE | VerbsConstants.IBV_ACCESS_REMOTE_WRITE : 0;
        var value = Require(VerbsCalls.ibv_reg_mr(domain.Value, address, (nuint)lengthBytes, flags), "ibv_reg_mr", $"{lengthBytes} bytes");
        return new RegisteredMemory(value, domain, address, lengthBytes);
    }

    public bool Holds(nint address, long lengthBytes) => address >= Address && address - Address <= LengthBytes - lengthBytes;

    private protected override int Destroy(nint value) => VerbsCalls.ibv_dereg_mr(value);
}
