namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>FNV-1a over the values that a walker saw, in its order.</summary>
internal sealed class WalkDigest
{
    public ulong Value { get; private set; } = 14695981039346656037;

    public void Add(ulong value) => Value = (Value ^ value) * 1099511628211;
}
