namespace K8sMediaFlow.Staging.Regions;

/// <summary>
/// An owner's own name for a region: a number, and which region of that number it is. Numbers are used again, names are not.
/// </summary>
public readonly record struct RegionName(ushort Number, ushort Generation);
