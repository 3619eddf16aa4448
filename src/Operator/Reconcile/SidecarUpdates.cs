using System.Globalization;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>How many pods of the whole fleet may be away at once for new sidecars: a number, or a part of the pipelines.</summary>
internal readonly record struct UpdateBudget(int? Count, int? Percent)
{
    public static UpdateBudget Default { get; } = new(null, 10);

    public static bool TryParse(string text, out UpdateBudget budget)
    {
        var isPart = text.EndsWith('%');
        var sound = int.TryParse(isPart ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1
            && (!isPart || number <= 100);
        budget = isPart ? new(null, number) : new(number, null);
        return sound;
    }

    /// <summary>At least one, or nothing would ever be updated.</summary>
    public int Of(int pipelines) => Count ?? Math.Max(1, (int)((long)pipelines * (Percent ?? 100) / 100));

    public override string ToString() => Count is { } count ? count.ToString(CultureInfo.InvariantCulture) : $"{Percent}%";
}

/// <summary>
/// A controller with a newer sidecar image would have every pipeline that follows it roll at once. A pipeline gives up one pod at a time,
/// so that as many pipelines may be on their way as pods may be away. One that does not come up keeps its place: an image that does not
/// work stops after the first few. One instance serves all pipelines of a term.
/// </summary>
internal sealed class SidecarUpdates
{
    private readonly Lock _lock = new();
    private readonly UpdateBudget _budget;
    private readonly Func<int> _pipelines;
    private readonly Dictionary<ObjectKey, bool> _underWay;

    /// <param name="budget">How many.</param>
    /// <param name="newest">The image that is given out.</param>
    /// <param name="stored">All pipelines: those whose statuses show them on their way began under an earlier leader.</param>
    /// <param name="pipelines">How many there are now.</param>
    public SidecarUpdates(UpdateBudget budget, string newest, IEnumerable<CustomObject> stored, Func<int> pipelines)
    {
        (_budget, _pipelines) = (budget, pipelines);
        _underWay = stored.Where(one => IsUnderWay(PipelineStatus.Read(one.Status), newest)).ToDictionary(ObjectKey.Of, _ => true);
    }

    public int UnderWay
    {
        get
        {
            lock (_lock)
                return _underWay.Count;
        }
    }

    /// <summary>True: the pipeline takes the newer image, and is on its way until its end.</summary>
    /// <param name="pipeline">Which.</param>
    /// <param name="isWell">All of it was ready before: if it is not afterwards, that is the image's doing.</param>
    public bool TryBegin(ObjectKey pipeline, bool isWell)
    {
        lock (_lock)
        {
            if (_underWay.ContainsKey(pipeline))
                return true;
            var most = _budget.Of(_pipelines());
            if (_underWay.Count >= most)
                return false;
            _underWay.Add(pipeline, isWell);
            Invariant.That(_underWay.Count <= most);
            return true;
        }
    }

    /// <summary>Every pod of it has the image. One that was not well before is not waited for to become so.</summary>
    public void Rolled(ObjectKey pipeline, bool isWell)
    {
        lock (_lock)
            if (isWell || !_underWay.GetValueOrDefault(pipeline, true))
                _underWay.Remove(pipeline);
    }

    /// <summary>Nothing more will come of it: a batch that has ended, a pipeline that is gone.</summary>
    public void End(ObjectKey pipeline)
    {
        lock (_lock)
            _underWay.Remove(pipeline);
    }

    private static bool IsUnderWay(PipelineStatus? status, string newest) =>
        status?.SidecarImage == newest && status.CompletionTime is null
            && status.Conditions.Find(Reasons.SidecarsUpToDateType) is { Reason: Reasons.Updating };
}
