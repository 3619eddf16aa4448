using K8sMediaFlow.MediaOperators.Reports;

namespace K8sMediaFlow.MediaOperators.Encode;

/// <summary>Where encode writes: a file, which appears when it is whole, or a network URL, which takes what comes.</summary>
internal sealed class OutputTarget
{
    private readonly RenamedFile? _file;

    public OutputTarget(string output)
    {
        Name = output;
        _file = output.Contains("://", StringComparison.Ordinal) ? null : new RenamedFile(output);
    }

    public string Name { get; }

    /// <summary>As ffmpeg gets it.</summary>
    public string Url => _file is null ? Name : "file:" + _file.PartialPath;

    /// <summary>Where metadata go unless told otherwise: beside a file; nowhere for a URL.</summary>
    public string? DefaultMetadataPath => _file is null ? null : Path.ChangeExtension(_file.Path, ".json");

    public void Prepare() => _file?.Prepare();

    public void Commit() => _file?.Commit();
}
