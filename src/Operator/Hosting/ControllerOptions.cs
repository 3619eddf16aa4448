using System.Globalization;
using System.Net;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Reconcile;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>What the controller is told at its start, read once at the door.</summary>
internal sealed record ControllerOptions
{
    /// <summary>Where the controller lives: its lease, and the Secret of the authority.</summary>
    public string? Namespace { get; init; }

    /// <summary>Empty: all.</summary>
    public IReadOnlyList<string> WatchNamespaces { get; init; } = [];

    public required string SidecarImage { get; init; }
    public string? SidecarImagePullPolicy { get; init; }

    /// <summary>Secrets for that image, in the namespaces of the pipelines.</summary>
    public IReadOnlyList<string> SidecarImagePullSecrets { get; init; } = [];

    /// <summary>Which pipelines are run: those whose spec.installation is this; empty: those that name none.</summary>
    public string Installation { get; init; } = "";

    /// <summary>How many pods of all pipelines may be away at once for a newer sidecar image.</summary>
    public UpdateBudget SidecarMaxUnavailable { get; init; } = UpdateBudget.Default;

    public bool LeaderElection { get; init; } = true;
    public string LeaseName { get; init; } = "k8smediaflow-controller";

    /// <summary>Health and metrics, plain HTTP.</summary>
    public IPEndPoint MetricsAddress { get; init; } = new(IPAddress.Any, 8080);

    /// <summary>The validating webhook, HTTPS; null: none.</summary>
    public IPEndPoint? WebhookAddress { get; init; }

    /// <summary>The Service in front of the webhook, whose name the API server expects in the certificate.</summary>
    public string WebhookService { get; init; } = "k8smediaflow-webhook";

    /// <summary>The ValidatingWebhookConfiguration that gets the authority's certificate; null: another component writes it.</summary>
    public string? WebhookConfiguration { get; init; }

    public string? Kubeconfig { get; init; }
    public string? Context { get; init; }
    public int Workers { get; init; } = 4;
    public CertificateTimes Certificates { get; init; } = CertificateTimes.Default;
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>
    /// Where sidecars send their telemetry: to where the controller sends its own. OpenTelemetry's variables and their values.
    /// </summary>
    public IReadOnlyDictionary<string, string> Telemetry { get; init; } = new Dictionary<string, string>();

    /// <summary>What this process leaves undone, for the tests that prove that tests would notice.</summary>
    public PlantedFault PlantedFault { get; init; }

    /// <summary>Of this process, the pod's name: part of its identity in the lease, and of Events.</summary>
    public string Identity { get; init; } = Environment.MachineName;

    private static readonly string[] _passedOn = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL"];

    /// <exception cref="OptionsException">An option is unknown, malformed or missing: the message names it.</exception>
    public static ControllerOptions Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var reader = new OptionReader(arguments, environment);
        var options = new ControllerOptions
        {
            Namespace = reader.Text("namespace"),
            WatchNamespaces = reader.List("watch-namespaces"),
            SidecarImage = reader.Text("sidecar-image") ?? "",
            SidecarImagePullPolicy = reader.Text("sidecar-image-pull-policy"),
            SidecarImagePullSecrets = reader.List("sidecar-image-pull-secrets"),
            Installation = reader.Text("installation") ?? "",
            SidecarMaxUnavailable = reader.Budget("sidecar-max-unavailable"),
            LeaderElection = reader.Boolean("leader-election", true),
            LeaseName = reader.Text("lease-name") ?? "k8smediaflow-controller",
            MetricsAddress = reader.EndPoint("metrics-address") ?? new(IPAddress.Any, 8080),
            WebhookAddress = reader.EndPoint("webhook-address"),
            WebhookService = reader.Text("webhook-service") ?? "k8smediaflow-webhook",
            WebhookConfiguration = reader.Text("webhook-configuration"),
            Kubeconfig = reader.Text("kubeconfig"),
            Context = reader.Text("context"),
            Workers = (int)reader.Number("workers", 4, 1, 64),
            Certificates = new(
                TimeSpan.FromMinutes(reader.Number("authority-minutes", (long)CertificateTimes.Default.Authority.TotalMinutes, 3,
                    20L * 365 * 24 * 60)),
                TimeSpan.FromMinutes(reader.Number("certificate-minutes", (long)CertificateTimes.Default.Leaf.TotalMinutes,
                    CertificateTimes.LeafMinutesMin, 10L * 365 * 24 * 60)),
                TimeSpan.FromSeconds(reader.Number("authority-overlap-seconds", (long)CertificateTimes.Default.Overlap.TotalSeconds, 1,
                    24 * 60 * 60))),
            LogLevel = reader.Enum("log-level", LogLevel.Information),
            Telemetry = _passedOn.Where(name => environment(name) is { Length: > 0 })
                .ToDictionary(name => name, name => environment(name)!),
            PlantedFault = reader.Enum("planted-fault", PlantedFault.None),
            Identity = reader.Text("identity") ?? Environment.MachineName,
        };
        reader.Finish();
        return options.SidecarImage.Length > 0
            ? options
            : throw new OptionsException("--sidecar-image is missing: the image that pods get their sidecars from");
    }
}

/// <summary>An option that cannot be followed.</summary>
internal sealed class OptionsException(string message) : Exception(message);

/// <summary>Reads <c>--name value</c>, <c>--name=value</c> and the environment's <c>K8SMEDIAFLOW_NAME</c>; arguments win.</summary>
internal sealed class OptionReader
{
    private readonly Dictionary<string, string> _arguments = [];
    private readonly HashSet<string> _known = [];
    private readonly Func<string, string?> _environment;

    public OptionReader(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        _environment = environment;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (!name.StartsWith("--", StringComparison.Ordinal))
                throw new OptionsException($"'{arguments[i]}' is no option: options begin with --");
            _arguments[name[2..]] = value ?? (++i < arguments.Count ? arguments[i] : throw new OptionsException($"{name} needs a value"));
        }
    }

    public string? Text(string name)
    {
        _known.Add(name);
        var text = _arguments.GetValueOrDefault(name) ?? _environment("K8SMEDIAFLOW_" + name.ToUpperInvariant().Replace('-', '_'));
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    public IReadOnlyList<string> List(string name) =>
        Text(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    public bool Boolean(string name, bool otherwise) =>
        Text(name) is not { } text ? otherwise : bool.TryParse(text, out var value) ? value : throw Wrong(name, text, "true or false");

    public long Number(string name, long otherwise, long min, long max) => Text(name) is not { } text ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw Wrong(name, text, $"a number between {min} and {max}");

    public UpdateBudget Budget(string name) => Text(name) is not { } text ? UpdateBudget.Default
        : UpdateBudget.TryParse(text, out var value) ? value
            : throw Wrong(name, text, "a number of pods or a part of the pipelines, such as 10%");

    public IPEndPoint? EndPoint(string name) => Text(name) is not { } text ? null
        : IPEndPoint.TryParse(text.StartsWith(':') ? "0.0.0.0" + text : text, out var value)
            ? value
            : throw Wrong(name, text, "an address and a port, such as 0.0.0.0:8080");

    public T Enum<T>(string name, T otherwise)
        where T : struct, Enum =>
            Text(name) is not { } text
                ? otherwise
                : System.Enum.TryParse<T>(text, ignoreCase: true, out var value)
                    ? value
                    : throw Wrong(name, text, $"one of {string.Join(", ", System.Enum.GetNames<T>())}");

    /// <summary>Refuses arguments that nothing has asked for: a misspelled option has no effect, and the user would not notice.</summary>
    public void Finish()
    {
        if (_arguments.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            throw new OptionsException($"--{unknown} is unknown; there are {string.Join(", ", _known.Select(name => "--" + name))}");
    }

    private static OptionsException Wrong(string name, string text, string expected) =>
        new($"--{name} is '{text}'; {expected} is expected");
}
