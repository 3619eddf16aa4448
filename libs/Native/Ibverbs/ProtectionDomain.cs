namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>What queue pairs and registered memory share that may use each other.</summary>
public sealed class ProtectionDomain : VerbsHandle
{
    private ProtectionDomain(nint value, DeviceContext context)
        : base(value, ownsHandle: true, context) => Context = context;

    public DeviceContext Context { get; }

    /// <exception cref="NativeException"/>
    public static ProtectionDomain Create(DeviceContext context) =>
        new(Require(VerbsCalls.ibv_alloc_pd(context.Value), "ibv_alloc_pd"), context);

    private protected override int Destroy(nint value) => VerbsCalls.ibv_dealloc_pd(value);
}
