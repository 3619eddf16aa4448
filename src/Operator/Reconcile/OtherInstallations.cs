using System.Collections.Concurrent;
using System.Text.Json;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// Pipelines of other installations: nothing of them is touched. Only where no installation has taken one up after a while, its user is
/// told who left it and for whom, since a name that is misspelled has no other effect.
/// </summary>
/// <param name="own">The name of this installation.</param>
/// <param name="say">Tells the pipeline's user a sentence.</param>
internal sealed class OtherInstallations(string own, Action<CustomObject, string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ObjectKey, (string? Uid, DateTimeOffset SeenAt)> _seen = [];

    /// <summary>The installation that a stored pipeline names, whatever else of it can be read; empty where it names none.</summary>
    public static string Of(CustomObject stored) =>
        stored.Spec is { ValueKind: JsonValueKind.Object } spec && spec.TryGetProperty("installation", out var name)
            && name.ValueKind == JsonValueKind.String ? name.GetString()! : "";

    public Outcome Leave(CustomObject stored, string installation, DateTimeOffset now)
    {
        var (key, uid) = (ObjectKey.Of(stored), stored.Metadata!.Uid);
        var seen = _seen.AddOrUpdate(key, _ => (uid, now), (_, known) => known.Uid == uid ? known : (uid, now));
        if (PipelineStatus.Read(stored.Status) is { Conditions.Count: > 0 })
            return Outcome.Done;
        if (now - seen.SeenAt < Patience)
            return Outcome.After(Patience);
        say(stored, $"{Named(own)} leaves it to {Named(installation)}, which has not taken it up: see spec.installation");
        return Outcome.Done;
    }

    public void Forget(ObjectKey key) => _seen.TryRemove(key, out _);

    private static string Named(string installation) =>
        installation.Length == 0 ? "the installation without a name" : $"installation '{installation}'";
}
