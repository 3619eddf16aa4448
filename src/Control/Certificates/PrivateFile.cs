namespace K8sMediaFlow.Control.Certificates;

/// <summary>Files that only their owner may read, and that a reader sees either as they were or as they will be.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the text with mode 0600 beside <paramref name="path"/>, then renames it into place.</summary>
    public static void Write(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var scratch = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (var stream = new FileStream(scratch, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(scratch, path, overwrite: true);
    }
}
