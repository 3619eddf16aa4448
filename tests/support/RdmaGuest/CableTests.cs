using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>The guest's two devices and the cable between them, a registered source of random bytes, and an area to write into.</summary>
public abstract class CableTests : IDisposable
{
    protected const int BlockBytes = 1 << 16;

    private readonly IDisposable _registration;

    protected CableTests(int blockCount)
    {
        Area = new TestArea(BlockBytes, blockCount);
        new Random(1).NextBytes(Source.Bytes);
        _registration = Fabric.Register(Source.Address, Source.LengthBytes);
    }

    private protected CableFabric Fabric { get; } = new();

    private protected TestArea Source { get; } = new(BlockBytes, 1);

    private protected TestArea Area { get; }

    public void Dispose()
    {
        _registration.Dispose();
        Fabric.Dispose();
        GC.SuppressFinalize(this);
    }
}
