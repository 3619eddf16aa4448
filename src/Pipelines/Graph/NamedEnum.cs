using System.Text.Json.Serialization;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>Enum values by name only: a number in a document means nothing to who reads it.</summary>
public sealed class NamedEnum<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
