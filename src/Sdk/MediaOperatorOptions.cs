using System.Globalization;

namespace K8sMediaFlow.Sdk;

/// <summary>Where a media operator attaches and as whom. Read once, from the environment that the pod (or <c>k8smediaflow run</c>) gives.</summary>
public sealed record MediaOperatorOptions
{
    /// <summary>Path of the sidecar's Unix socket (<c>K8SMEDIAFLOW_SOCKET</c>).</summary>
    public required string SocketPath { get; init; }

    /// <summary>File with the token that only this container has (<c>K8SMEDIAFLOW_TOKEN_FILE</c>).</summary>
    public required string TokenFile { get; init; }

    /// <summary>Name of the operator in the pipeline (<c>K8SMEDIAFLOW_OPERATOR</c>).</summary>
    public required string Operator { get; init; }

    /// <summary>Number of this replica, from 0 (<c>K8SMEDIAFLOW_REPLICA</c>, 0 where it is not set).</summary>
    public int Replica { get; init; }

    /// <summary>How long the first attach may take: the sidecar may start later than we do.</summary>
    public TimeSpan AttachTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after the sidecar's death attaching again is tried before the operator fails.</summary>
    public TimeSpan ReattachTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long <see cref="MediaOperator.DisposeAsync"/> waits, after a clean end, without anything becoming done downstream. It waits
    /// as long as there is progress: leaving earlier could lose what a consumer has not finished.
    /// </summary>
    public TimeSpan DrainPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an ordered input waits for a sequence that every channel has passed while no channel can bring more, before it counts it as lost.</summary>
    public TimeSpan ReorderPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long no replica of a consumer gives anything back before what one of them has had longest goes to another, too, since an order
    /// restored behind them
    /// may wait for it. Who has been slow before is given four times as long as it has ever taken.
    /// </summary>
    public TimeSpan StandstillPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether SIGTERM is answered while the operator is attached: it ends a source's streams and leaves the process alive until what was sent is done.
    /// False for a program that does so itself.
    /// </summary>
    public bool HandlesTermination { get; init; } = true;

    /// <summary>Reads the <c>K8SMEDIAFLOW_*</c> variables.</summary>
    /// <exception cref="MediaOperatorException">One is missing or malformed; the message names it.</exception>
    public static MediaOperatorOptions FromEnvironment() => new()
    {
        SocketPath = Required("K8SMEDIAFLOW_SOCKET", "the path of the sidecar's Unix socket"),
        TokenFile = Required("K8SMEDIAFLOW_TOKEN_FILE", "the path of the file with this container's token"),
        Operator = Required("K8SMEDIAFLOW_OPERATOR", "the operator's name in the pipeline"),
        Replica = ReadReplica(Environment.GetEnvironmentVariable("K8SMEDIAFLOW_REPLICA")),
    };

    private static string Required(string name, string meaning)
    {
        var value = Environment.GetEnvironmentVariable(name);
        return !string.IsNullOrWhiteSpace(value) ? value : throw new MediaOperatorException(MediaOperatorError.Environment,
            $"{name} is not set: it must hold {meaning}. The pod template and `k8smediaflow run` set it; a media operator does not run without a sidecar.");
    }

    private static int ReadReplica(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var replica) ? replica
            : throw new MediaOperatorException(MediaOperatorError.Environment, $"K8SMEDIAFLOW_REPLICA is '{text}': it must be a number from 0.");
    }
}
