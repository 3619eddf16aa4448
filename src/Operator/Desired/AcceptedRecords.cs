using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// The last spec that was accepted, in a ConfigMap of the pipeline. While a later edit is refused, pods that fail are replaced by what is
/// recorded here, also by a controller that has only just started.
/// </summary>
internal static class AcceptedRecords
{
    private const string SpecKey = "spec.json", GenerationKey = "generation";

    public static string Name(string pipeline) => $"{pipeline}-kmf";

    public static ConfigMap Of(RenderInput input) => new()
    {
        Metadata = ObjectMetas.Of(input, Name(input.Graph.Name), WellKnownLabels.Of(input.Graph.Name)),
        Data = new Dictionary<string, string>
        {
            [SpecKey] = input.AcceptedSpec.GetRawText(),
            [GenerationKey] = input.AcceptedGeneration.ToString(CultureInfo.InvariantCulture),
        },
    };

    /// <summary>The pipeline as it was when it was accepted; null where there is no record, or none that can be read.</summary>
    public static CustomObject? Read(ConfigMap? record, CustomObject stored)
    {
        if (record?.Data?.GetValueOrDefault(SpecKey) is not { } spec ||
            !long.TryParse(record.Data.GetValueOrDefault(GenerationKey), NumberStyles.None, CultureInfo.InvariantCulture,
                out var generation))
            return null;
        try
        {
            using var document = JsonDocument.Parse(spec);
            return stored with { Spec = document.RootElement.Clone(), Metadata = stored.Metadata! with { Generation = generation } };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
