using System.Globalization;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// Where a media operator attaches and as whom. A pod, or <c>k8smediaflow run</c>, gives it in the environment
/// (<see cref="FromEnvironment"/>); a program may bind it as <c>IOptions</c> as well. It is read once, when the operator attaches.
/// </summary>
public sealed class MediaOperatorOptions
{
    /// <summary>Path of the sidecar's Unix socket (<c>K8SMEDIAFLOW_SOCKET</c>).</summary>
    public string SocketPath { get; set; } = "";

    /// <summary>File with the token that only this container has (<c>K8SMEDIAFLOW_TOKEN_FILE</c>).</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>Name of the media operator in the pipeline (<c>K8SMEDIAFLOW_OPERATOR</c>).</summary>
    public string Name { get; set; } = "";

    /// <summary>Number of this replica, from 0 (<c>K8SMEDIAFLOW_REPLICA</c>, 0 where it is not set).</summary>
    public int Replica { get; set; }

    /// <summary>
    /// How long the first attach may take: the sidecar may start later than we do. Time in which the machine had no processor free, or a
    /// sidecar has the request and keeps the connection, counts a tenth. Longer than 0; 60 s unless it is set.
    /// </summary>
    public TimeSpan AttachTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long after the sidecar's death attaching again is tried before the operator fails; time counts as in
    /// <see cref="AttachTimeout"/>. Longer than 0; 5 min unless it is set.
    /// </summary>
    public TimeSpan ReattachTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long <see cref="MediaOperator.DisposeAsync"/> waits, after a clean end, without anything becoming done downstream. Longer than
    /// 0; without end (<see cref="Timeout.InfiniteTimeSpan"/>) unless it is set, as a loan waits for room: a consumer's pod may
    /// wait for a node, and what leaves earlier loses what is not finished.
    /// </summary>
    public TimeSpan DrainPatience { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// How long an ordered input waits for a sequence that every channel has passed while no channel can bring more, before it counts it
    /// as lost; ten times as long, at least, while channels could bring more and no frame comes. 2 s unless it is set.
    /// </summary>
    public TimeSpan ReorderPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long no replica of a consumer gives anything back before what one of them has had longest goes to another, too, since an order
    /// restored behind them may wait for it. A replica that has been slow before is given four times as long as it has ever taken. 5 s
    /// unless it is set.
    /// </summary>
    public TimeSpan StandstillPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether SIGTERM is answered while the operator is attached: it ends a source's streams and leaves the process alive until what was
    /// sent is done. Once the operator has ended the process goes on to its own end, and ignores the signal. False for a program that
    /// answers it by itself.
    /// </summary>
    public bool HandlesTermination { get; set; } = true;

    /// <summary>
    /// Where the operator logs its attaches, failures and end (category <c>K8sMediaFlow.Sdk.MediaOperator</c>); null: nowhere. Frames are
    /// not logged.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Reads the <c>K8SMEDIAFLOW_*</c> variables.</summary>
    /// <exception cref="MediaOperatorException">
    /// One is missing or malformed (<see cref="MediaOperatorError.Environment"/>); the message names it.
    /// </exception>
    public static MediaOperatorOptions FromEnvironment() => new()
    {
        SocketPath = Required("K8SMEDIAFLOW_SOCKET", "the path of the sidecar's Unix socket"),
        TokenFile = Required("K8SMEDIAFLOW_TOKEN_FILE", "the path of the file with this container's token"),
        Name = Required("K8SMEDIAFLOW_OPERATOR", "the media operator's name in the pipeline"),
        Replica = ReadReplica(Environment.GetEnvironmentVariable("K8SMEDIAFLOW_REPLICA")),
    };

    /// <summary>Checks every value; attaching does it as well.</summary>
    /// <exception cref="ArgumentException">A value is missing or out of its range; the message names the property.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(SocketPath);
        ArgumentException.ThrowIfNullOrWhiteSpace(TokenFile);
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentOutOfRangeException.ThrowIfNegative(Replica);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AttachTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ReattachTimeout, TimeSpan.Zero);
        if (DrainPatience != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DrainPatience, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReorderPatience, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(StandstillPatience, TimeSpan.Zero);
    }

    /// <summary>What the operator keeps: later changes are not its own.</summary>
    internal MediaOperatorOptions Copy() => (MediaOperatorOptions)MemberwiseClone();

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
            : throw new MediaOperatorException(MediaOperatorError.Environment,
                $"K8SMEDIAFLOW_REPLICA is '{text}': it must be a number from 0.");
    }
}
