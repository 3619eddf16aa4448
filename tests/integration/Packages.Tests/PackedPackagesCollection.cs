namespace K8sMediaFlow.Packages.Tests;

/// <summary>Packing takes longer than all tests of the packages: they share one.</summary>
[CollectionDefinition(nameof(PackedPackages))]
public class PackedPackagesCollection : ICollectionFixture<PackedPackages>;
