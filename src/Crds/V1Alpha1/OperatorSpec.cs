using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>A media operator: a container and its ports.</summary>
public sealed record OperatorSpec
{
    public required string Name { get; init; }
    public required string Image { get; init; }
    public IReadOnlyList<string> Command { get; set; } = [];
    public IReadOnlyList<string> Args { get; set; } = [];
    public IReadOnlyList<EnvironmentSpec> Env { get; set; } = [];
    public IReadOnlyList<VolumeMountSpec> VolumeMounts { get; set; } = [];

    /// <summary>Where set, it wins over a scale that somebody asks for; where unset, one until somebody scales.</summary>
    public int? Replicas { get; set; }

    public IReadOnlyList<InputSpec> Inputs { get; set; } = [];
    public IReadOnlyList<OutputSpec> Outputs { get; set; } = [];
}

/// <summary>An input port.</summary>
public sealed record InputSpec
{
    public required string Name { get; init; }

    /// <summary>What must arrive, where the media operator can take nothing else.</summary>
    public MediaCaps? Caps { get; set; }

    /// <summary>How many frames the media operator may hold at once.</summary>
    public int? MaxBorrowed { get; set; }
}

/// <summary>An output port. A source must declare its caps; for others they follow from the input of the same name, or the only one.</summary>
public sealed record OutputSpec
{
    public required string Name { get; init; }
    public MediaCaps? Caps { get; set; }
}

/// <summary>An environment variable of the container.</summary>
public sealed record EnvironmentSpec
{
    public required string Name { get; init; }
    public string Value { get; set; } = "";
}

/// <summary>Where a volume appears in the container.</summary>
public sealed record VolumeMountSpec
{
    public required string Name { get; init; }
    public required string MountPath { get; init; }
    public string SubPath { get; set; } = "";
    public bool ReadOnly { get; set; }
}
