namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>A record for each port, or none at all.</summary>
internal sealed class PortRecords(string? path) : IDisposable
{
    private readonly List<SequenceRecord> _records = [];

    /// <summary>The port's record; null where none is wanted.</summary>
    public SequenceRecord? Of(string port)
    {
        if (path is null)
            return null;
        var record = new SequenceRecord($"{path}-{port}");
        lock (_records)
            _records.Add(record);
        return record;
    }

    public void Dispose() => _records.ForEach(record => record.Dispose());
}
