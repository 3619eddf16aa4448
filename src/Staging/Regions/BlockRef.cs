namespace K8sMediaFlow.Staging.Regions;

/// <summary>A block in one of its lives.</summary>
/// <param name="Block">Number in its region.</param>
/// <param name="Generation">Which time it was taken; a block that was freed and taken again has another.</param>
public readonly record struct BlockRef(uint Block, uint Generation);
