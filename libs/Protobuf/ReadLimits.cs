namespace K8sMediaFlow.Protobuf;

/// <summary>What reading one message may cost.</summary>
/// <param name="SizeBytesMax">A longer message is refused.</param>
/// <param name="ValuesMax">Values in all, unknown ones included: a byte of a packed field becomes a value of 32.</param>
/// <param name="DepthMax">Messages and groups within each other.</param>
public sealed record ReadLimits(int SizeBytesMax, int ValuesMax, int DepthMax)
{
    /// <summary>64 MiB, four million values, 100 levels as the reference implementations have it.</summary>
    public static ReadLimits Default { get; } = new(64 << 20, 4 << 20, 100);
}
