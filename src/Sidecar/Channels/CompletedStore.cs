namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// Which media operators have completed, on disk: they do not come again, and the next life of the sidecar has to represent them. One name
/// a line. Not thread-safe.
/// </summary>
internal sealed class CompletedStore
{
    private readonly string _path;
    private readonly HashSet<string> _names;

    public CompletedStore(string stateDirectory)
    {
        Directory.CreateDirectory(stateDirectory);
        _path = Path.Combine(stateDirectory, "completed");
        _names = File.Exists(_path) ? [.. File.ReadAllLines(_path)] : [];
    }

    public IReadOnlyCollection<string> Names => _names;

    public void Add(string name)
    {
        if (_names.Add(name))
            Write();
    }

    public void Remove(string name)
    {
        if (_names.Remove(name))
            Write();
    }

    // Written beside and renamed: a death in between leaves the older one whole.
    private void Write()
    {
        File.WriteAllLines(_path + ".partial", _names);
        File.Move(_path + ".partial", _path, overwrite: true);
    }
}
