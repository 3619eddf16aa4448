using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;

namespace K8sMediaFlow.Packages.Tests;

/// <summary>What a portable pdb says of the sources that it was built from.</summary>
/// <param name="Documents">Paths of the sources, as the compiler wrote them down.</param>
/// <param name="SourceLink">Where a debugger finds them; null where the file does not say.</param>
public sealed record DebugSymbols(string File, IReadOnlyList<string> Documents, string? SourceLink)
{
    /// <summary>Of the format of portable pdb files.</summary>
    private static readonly Guid _sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    internal static DebugSymbols Read(ZipArchiveEntry entry)
    {
        var bytes = new MemoryStream();
        using (var packed = entry.Open())
            packed.CopyTo(bytes);
        bytes.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(bytes);
        var reader = provider.GetMetadataReader();
        var link = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Where(one => reader.GetGuid(one.Kind) == _sourceLink)
            .Select(one => Encoding.UTF8.GetString(reader.GetBlobBytes(one.Value)).TrimEnd()).SingleOrDefault();
        return new DebugSymbols(entry.Name, [.. reader.Documents.Select(one => reader.GetString(reader.GetDocument(one).Name))], link);
    }
}
