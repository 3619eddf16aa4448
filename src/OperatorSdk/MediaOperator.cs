#pragma warning disable CA1822 // the bodies follow
namespace K8sMediaFlow.OperatorSdk;

/// <summary>
/// A media operator's place in its pipeline: its ports and its connection to the sidecar of its pod. The connection is the lease: when it
/// closes, the sidecar takes the process for dead. When the sidecar dies, the operator lives on and attaches again by itself.
/// </summary>
/// <example><code>
/// await using var media = await MediaOperator.AttachAsync();
/// await foreach (var frame in media.Input("video").ReadAllAsync(media.Stopping))
/// {
///     using (frame)
///         media.Output("video").Forward(frame, metadata => metadata.Set("score", Score(frame.Plane(0))));
/// }
/// </code></example>
public sealed class MediaOperator : IAsyncDisposable
{
    private readonly List<FrameInput> _inputs = [];
    private readonly List<FrameOutput> _outputs = [];

    private MediaOperator(MediaOperatorOptions options) => (Name, Replica) = (options.Operator, options.Replica);

    /// <summary>Name of the operator in the pipeline.</summary>
    public string Name { get; }

    /// <summary>Number of this replica, from 0.</summary>
    public int Replica { get; }

    /// <summary>Cancelled when the pipeline asks this operator to end (sources end their streams, others see them end) or when it has failed.</summary>
    public CancellationToken Stopping => default;

    /// <summary>The input ports, in the pipeline's order.</summary>
    public IReadOnlyList<FrameInput> Inputs => _inputs;

    /// <summary>The output ports, in the pipeline's order.</summary>
    public IReadOnlyList<FrameOutput> Outputs => _outputs;

    /// <summary>Attaches as the <c>K8SMEDIAFLOW_*</c> environment says.</summary>
    /// <exception cref="MediaOperatorException">The environment is incomplete, the sidecar out of reach, or the attach refused.</exception>
    public static Task<MediaOperator> AttachAsync(CancellationToken cancellation = default) =>
        AttachAsync(MediaOperatorOptions.FromEnvironment(), cancellation);

    /// <summary>Attaches as the options say.</summary>
    /// <inheritdoc cref="AttachAsync(CancellationToken)"/>
    public static Task<MediaOperator> AttachAsync(MediaOperatorOptions options, CancellationToken cancellation = default) =>
        Task.FromResult(new MediaOperator(options));

    /// <summary>The input port of this name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that exist.</exception>
    public FrameInput Input(string name) => _inputs.Find(input => input.Name == name)
        ?? throw new ArgumentException($"{Name} has no input '{name}'; it has: {string.Join(", ", _inputs.Select(input => input.Name))}.", nameof(name));

    /// <summary>The output port of this name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that exist.</exception>
    public FrameOutput Output(string name) => _outputs.Find(output => output.Name == name)
        ?? throw new ArgumentException($"{Name} has no output '{name}'; it has: {string.Join(", ", _outputs.Select(output => output.Name))}.", nameof(name));

    /// <summary>Reports a failure as the operator's last words: the pipeline's status names operator and reason. Afterwards everything throws.</summary>
    public void Fail(string reason) => throw new InvalidOperationException(reason);

    /// <summary>
    /// Ends the operator. When every input has ended (a source: when it calls this without having failed) outputs that are not complete
    /// are completed, and what was sent is waited for until it is done downstream. Disposing earlier is a death: the sidecar sees the lease
    /// close, and what was not finished goes to others or to the next life of this operator.
    /// </summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
