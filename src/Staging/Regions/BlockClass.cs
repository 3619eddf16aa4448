namespace K8sMediaFlow.Staging.Regions;

/// <summary>So many blocks of one size.</summary>
/// <param name="SizeBytes">A multiple of 4096, at most <see cref="RegionLayout.BlockBytesMax"/>.</param>
/// <param name="Count">At least 1.</param>
public readonly record struct BlockClass(long SizeBytes, int Count);
