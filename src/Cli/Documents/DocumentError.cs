namespace K8sMediaFlow.Cli.Documents;

/// <summary>Something wrong in a file, written as compilers do so that editors can jump there.</summary>
public sealed record DocumentError(string File, TextPlace? Place, string Path, string Message)
{
    /// <summary>Places the error at its path or, where the document has nothing there, at the nearest path above it.</summary>
    internal static DocumentError At(string file, IReadOnlyDictionary<string, TextPlace> places, string path, string message)
    {
        for (var above = path; ; above = above[..Math.Max(0, above.LastIndexOfAny(['.', '[']))])
        {
            if (places.TryGetValue(above, out var place))
                return new DocumentError(file, place, path, message);
            if (above.Length == 0)
                return new DocumentError(file, null, path, message);
        }
    }

    public override string ToString() => (Place is { } place ? FormattableString.Invariant($"{File}:{place.Line}: ") : $"{File}: ")
        + (Path.Length == 0 ? Message : $"{Path}: {Message}");
}
