namespace K8sMediaFlow.Staging.Regions;

/// <summary>A block in one of its lives.</summary>
/// <param name="Block">Number in its region.</param>
/// <param name="Generation">Moves on when the block is taken and when it is freed: odd while it is taken.</param>
public readonly record struct BlockRef(uint Block, uint Generation);
