namespace K8sMediaFlow.EndToEnd.Tests.Images;

/// <summary>Each archive unpacked once for all tests of its collection, which change nothing in it.</summary>
[CollectionDefinition(Collection)]
public sealed class UnpackedImages : IDisposable, ICollectionFixture<UnpackedImages>
{
    public const string Collection = "images";

    private readonly Dictionary<string, ImageArchive> _archives = new(StringComparer.Ordinal);

    public void Dispose()
    {
        foreach (var archive in _archives.Values)
            archive.Dispose();
    }

    internal ImageArchive Get(string image)
    {
        if (!_archives.TryGetValue(image, out var archive))
            _archives.Add(image, archive = new ImageArchive(image));
        return archive;
    }
}
