namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>
/// A file that appears under its name only when it is whole: it is written under another one, brought to the disk and
/// renamed. A process that is killed leaves a ".partial" file, never a torn one.
/// </summary>
internal sealed class RenamedFile(string path)
{
    public const string PartialSuffix = ".partial";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Where to write. On the same file system, so that renaming is atomic.</summary>
    public string PartialPath => Path + PartialSuffix;

    /// <summary>Makes the folder where it is missing, and removes what an earlier run left behind.</summary>
    public void Prepare()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        Discard();
    }

    /// <summary>Brings the written bytes to the disk and gives them their name.</summary>
    public void Commit()
    {
        using (var written = new FileStream(PartialPath, FileMode.Open, FileAccess.ReadWrite))
            written.Flush(flushToDisk: true);
        File.Move(PartialPath, Path, overwrite: true);
    }

    public void Discard() => File.Delete(PartialPath);
}
