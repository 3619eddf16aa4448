using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>
/// The last plan that was applied, on disk: a restarted sidecar goes on from it and does not need the controller to be there.
/// </summary>
internal sealed class PlanStore(string stateDirectory)
{
    private readonly string _path = Path.Combine(stateDirectory, "plan.json");

    /// <summary>Keeps the document as it was sent. Written beside and renamed: a death in between leaves the older one whole.</summary>
    public void Write(ReadOnlySpan<byte> json)
    {
        Directory.CreateDirectory(stateDirectory);
        var partial = _path + ".partial";
        using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(json);
            file.Flush(flushToDisk: true);
        }
        File.Move(partial, _path, overwrite: true);
    }

    /// <summary>
    /// The stored plan; null where there is none. Throws <see cref="InvalidDataException"/> where it is not readable as a plan.
    /// </summary>
    public SidecarPlan? Read()
    {
        if (!File.Exists(_path))
            return null;
        return PlanJson.TryParse(File.ReadAllBytes(_path), out var plan, out var error)
            ? plan
            : throw new InvalidDataException($"{_path}: {error}");
    }
}
