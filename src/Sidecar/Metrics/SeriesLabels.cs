namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>The labels of one series.</summary>
/// <param name="labels">Names and values, in the order in which they are shown.</param>
internal sealed class SeriesLabels(params (string Name, string Value)[] labels)
{
    public KeyValuePair<string, object?>[] Tags { get; } = [.. labels.Select(label => KeyValuePair.Create(label.Name,
        (object?)label.Value))];

    /// <summary>Equal for equal values; no value holds a line break.</summary>
    public string Key { get; } = string.Join('\n', labels.Select(label => label.Value));

    /// <summary>These and one more.</summary>
    public SeriesLabels With(string name, string value) => new([.. labels, (name, value)]);
}
