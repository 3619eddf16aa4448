using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.TestKit;
using Shouldly;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>A pipeline whose frames are counted at both ends, in a namespace of its own on the cluster.</summary>
internal sealed class Flow : IDisposable
{
    private readonly TwoNodes _cluster;

    public Flow(TwoNodes cluster, Action<string> print)
    {
        (_cluster, Print) = (cluster, print);
        Space = $"case-{Guid.NewGuid():N}"[..13];
        Records = Directory.CreateDirectory(Path.Combine(cluster.RecordsFolder, Space)).FullName;
        File.SetUnixFileMode(Records, (UnixFileMode)0b111_111_111);
        Kubectl.Run("create", "namespace", Space);
        Kubectl.Apply(Documents.Records(Space, Records));
    }

    /// <summary>Where the case that uses it at the moment prints.</summary>
    public Action<string> Print { get; set; }

    /// <summary>What was done with it last has been found to cost nothing.</summary>
    public bool IsLeftWhole { get; private set; }

    public string Space { get; }

    public string Records { get; }

    public TwoNodes Cluster => _cluster;

    public Kubectl Kubectl => _cluster.Kubectl;

    public long Seen => FrameAccount.Seen(Records, Documents.Seen);

    public long Sent => FrameAccount.Seen(Records, Documents.Sent);

    public FrameAccount Account => FrameAccount.Of(Records, Documents.Sent, Documents.Seen);

    public Flow Apply(string document)
    {
        Kubectl.Apply(document);
        return this;
    }

    /// <summary>Applies the three-stage pipeline and waits until frames arrive.</summary>
    public Flow Start(string execution = "Streaming")
    {
        Apply(Documents.Flow(Space, execution));
        AwaitFrames(25);
        return this;
    }

    public void AwaitFrames(long more)
    {
        var goal = Seen + more;
        Wait.Until($"{more} more frames", () => Seen >= goal, () => $"{Seen} of {goal}\n{Describe()}", Bound);
    }

    /// <summary>
    /// Does what it is given while frames flow, and returns the longest time without a new frame from then until so many more have come
    /// when it was done.
    /// </summary>
    public TimeSpan Disturb(string what, Action fault, int framesAfter = 50)
    {
        IsLeftWhole = false;
        var (before, pause, worst, last) = (Seen, Stopwatch.StartNew(), TimeSpan.Zero, Seen);
        var (goal, limit, doing) = (long.MaxValue, Stopwatch.StartNew(), Task.Run(fault));
        while (last < goal)
        {
            if (limit.Elapsed > Bound)
                throw new TimeoutException(
                    $"{what}: {last - before} frames in {limit.Elapsed.TotalSeconds:0} s, {(doing.IsCompleted ? "done" : "still at it")}\n{Describe()}");
            Thread.Sleep(50);
            if (goal == long.MaxValue && doing.IsCompleted)
                goal = Seen + framesAfter;
            if (Seen is var seen && seen == last)
                continue;
            (worst, last) = (pause.Elapsed > worst ? pause.Elapsed : worst, seen);
            pause.Restart();
        }
        doing.GetAwaiter().GetResult();
        Print(string.Create(CultureInfo.InvariantCulture, $"{what}: {Account}, recovery {worst.TotalSeconds:0.0} s"));
        return worst;
    }

    /// <summary>Nothing lost, doubled or out of order so far.</summary>
    public void ShouldBeWhole(string what)
    {
        var account = Account;
        (account.Lost, account.Doubled, account.Disordered).ShouldBe((0, 0, 0), $"{what}: {account}\n{Describe()}");
        IsLeftWhole = true;
    }

    /// <summary>A controller is at work: what is deleted is replaced. And nothing was lost by what came before, or is by this.</summary>
    public void ShouldBeGovernedAndWhole(string what)
    {
        ShouldBeWhole(what);
        IsLeftWhole = false;
        var pod = PodOf("analyse");
        Kubectl.Run("delete", "pod", pod.Name, "-n", Space, "--wait=false");
        // By its id: who was deleted while nobody led is made again under the name that stands in the record.
        Wait.Until("a replacement", () => Pods()
            .Any(other => other.Unit == "analyse" && other.Uid != pod.Uid && !other.IsEnding && other.Phase == "Running"), Describe);
        AwaitFrames(25);
        ShouldBeWhole($"{what}, then a pod replaced");
    }

    public JsonElement Pipeline(string name = "flow") => Kubectl.Get("mediapipeline", name, Space);

    public JsonElement Condition(string type, string name = "flow") => Pipeline(name) is { ValueKind: JsonValueKind.Object } pipeline
        && pipeline.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
            ? conditions.EnumerateArray().FirstOrDefault(condition => condition.GetProperty("type").GetString() == type)
            : default;

    public bool Is(string type, string status, string name = "flow") =>
        Condition(type, name) is { ValueKind: JsonValueKind.Object } condition && condition.GetProperty("status").GetString() == status;

    public IReadOnlyList<Pod> Pods() => [.. Kubectl.Get("pod", space: Space).GetProperty("items").EnumerateArray().Select(Pod.Read)];

    public Pod PodOf(string unit) => Pods().Where(pod => pod.Unit == unit && !pod.IsEnding).OrderByDescending(pod => pod.Created).First();

    /// <summary>Deletes a pod and waits for its successor: what ends drains, and frames flow meanwhile.</summary>
    public void Replace(Pod pod)
    {
        Kubectl.Run("delete", "pod", pod.Name, "-n", Space, "--wait=false");
        Wait.Until($"a successor of {pod.Name}",
            () => Pods().Any(other => other.Unit == pod.Unit && other.Uid != pod.Uid && other.Phase == "Running"), Describe);
    }

    /// <summary>What is wrong first: reports of long runs are cut.</summary>
    public string Describe() => string.Join('\n',
    [
        .. Kubectl.Get("mediapipeline", space: Space).GetProperty("items").EnumerateArray().Select(State),
        .. Unready().SelectMany(one => new[]
        {
            $"{one.Pod} {one.Container}: {one.State}",
            Kubectl.Try(null, "logs", one.Pod, "-n", Space, "-c", one.Container, "--tail=8").Output,
        }),
        Kubectl.Try(null, "get", "pods,mp,events", "-n", Space, "-o", "wide").Output,
        Kubectl.Try(null, "logs", "-n", Helm.Space, "-l", "app.kubernetes.io/component=controller", "--tail=20").Output,
    ]);

    /// <summary>Phase, conditions, and what its edges wait for.</summary>
    private static string State(JsonElement pipeline)
    {
        var name = Pod.Text(pipeline.GetProperty("metadata"), "name");
        if (!pipeline.TryGetProperty("status", out var status))
            return $"{name}: no status";
        var conditions = Pod.Either(status, "conditions")
            .Select(one => $"{Pod.Text(one, "type")}={Pod.Text(one, "status")} {Pod.Text(one, "reason")} '{Pod.Text(one, "message")}'");
        var waiting = Pod.Either(status, "edges").Where(edge => Pod.Text(edge, "waitsFor").Length > 0)
            .Select(edge => $"{Pod.Text(edge, "name")} waits for {Pod.Text(edge, "waitsFor")}");
        return $"{name} {Pod.Text(status, "phase")}: {string.Join("; ", conditions.Concat(waiting))}";
    }

    /// <summary>The containers of pods that are not ready.</summary>
    private IEnumerable<(string Pod, string Container, string State)> Unready() =>
        from pod in Kubectl.Get("pod", space: Space).GetProperty("items").EnumerateArray()
        let status = pod.GetProperty("status")
        where Pod.Either(status, "conditions").Any(one => Pod.Text(one, "type") == "Ready" && Pod.Text(one, "status") != "True")
        from container in Pod.Either(status, "initContainerStatuses", "containerStatuses")
        select (Pod.Text(pod.GetProperty("metadata"), "name"), Pod.Text(container, "name"), container.GetProperty("state").GetRawText());

    private TimeSpan Bound => _cluster.FlowPatienceMax < Hang.LongBound ? _cluster.FlowPatienceMax : Hang.LongBound;

    public void Dispose()
    {
        // A case may have ended while the API server was still away, and a flow that is left goes on beside all others.
        for (var attempt = 0; attempt < 15
            && Kubectl.Try(null, "delete", "namespace", Space, "--wait=false", "--ignore-not-found").ExitCode != 0; attempt++)
            Thread.Sleep(TimeSpan.FromSeconds(2));
        // Sources would wait for their readers, which end too.
        Kubectl.Try(null, "delete", "pods", "--all", "-n", Space, "--grace-period=1", "--wait=false");
        Kubectl.Try(null, "delete", "persistentvolumes", "-l", $"case={Space}", "--wait=false");
    }
}

/// <summary>A pod as far as the cases ask.</summary>
internal sealed record Pod(string Name, string Uid, string Unit, string Node, string Phase, string Address, DateTime Created, bool IsEnding,
    string SidecarImage, IReadOnlyList<PodContainer> Containers)
{
    public PodContainer? Container(string name) => Containers.FirstOrDefault(one => one.Name == name);

    /// <summary>When its deletion was asked for; null while it was not.</summary>
    public DateTime? DeletionAskedAt { get; init; }

    /// <summary>Its deletion was asked for and no container of it runs or will run.</summary>
    public bool HasEnded => IsEnding && Containers.Count > 0 && Containers.All(one => one.HasEnded);

    /// <summary>From then until the last of its containers had ended, by the cluster's clocks; null where it is not told.</summary>
    public TimeSpan? EndTook => DeletionAskedAt is { } asked && Containers.Count > 0 && Containers.All(one => one.EndedAt is not null)
        ? Containers.Max(one => one.EndedAt) - asked
        : null;

    public static Pod Read(JsonElement pod)
    {
        var (metadata, status) = (pod.GetProperty("metadata"), pod.GetProperty("status"));
        return new Pod(Text(metadata, "name"), Text(metadata, "uid"), Text(metadata.GetProperty("labels"), "k8smediaflow.io/unit"),
            Text(pod.GetProperty("spec"), "nodeName"),
            Text(status, "phase"), Text(status, "podIP"), metadata.GetProperty("creationTimestamp").GetDateTime(),
                metadata.TryGetProperty("deletionTimestamp", out _),
            Either(pod.GetProperty("spec"), "containers", "initContainers").Where(one => Text(one, "name") == "sidecar")
                .Select(one => Text(one, "image")).FirstOrDefault(""),
            [.. Either(status, "containerStatuses", "initContainerStatuses").Select(PodContainer.Read)])
        {
            DeletionAskedAt = AskedAt(metadata),
        };
    }

    // Where the server has native sidecars, ours is an init container.
    internal static IEnumerable<JsonElement> Either(JsonElement of, params string[] lists) =>
        lists.SelectMany(list => of.TryGetProperty(list, out var items) ? items.EnumerateArray().ToList() : []);

    // The server writes when the time to end will be over.
    private static DateTime? AskedAt(JsonElement metadata) => metadata.TryGetProperty("deletionTimestamp", out var over)
        ? over.GetDateTime() - TimeSpan.FromSeconds(metadata.GetProperty("deletionGracePeriodSeconds").GetInt64())
        : null;

    internal static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString()! : "";
}

/// <summary>A container as its pod's status has it.</summary>
/// <param name="StartedAt">Null while it does not run.</param>
/// <param name="EndedAt">Null while it runs, or waits to be started.</param>
/// <param name="HasEnded">True as well where its end has no time.</param>
internal sealed record PodContainer(string Name, int Restarts, DateTime? StartedAt, DateTime? EndedAt = null, bool HasEnded = false)
{
    public static PodContainer Read(JsonElement container) =>
        new(Pod.Text(container, "name"), container.GetProperty("restartCount").GetInt32(),
        Moment(container, "running", "startedAt"), Moment(container, "terminated", "finishedAt"), Ended(container));

    // A kubelet that finds a container of a pod that ends no more says that it waits, and that its last state was an end without a time.
    private static bool Ended(JsonElement container)
    {
        var state = container.GetProperty("state");
        return state.TryGetProperty("terminated", out _)
            || (!state.TryGetProperty("running", out _) && container.TryGetProperty("lastState", out var last)
                && last.TryGetProperty("terminated", out _));
    }

    // A container of which the kubelet knows no more than that it has ended has no time of it.
    private static DateTime? Moment(JsonElement container, string state, string name) =>
        container.GetProperty("state").TryGetProperty(state, out var entered) && entered.TryGetProperty(name, out var moment)
            && moment.ValueKind == JsonValueKind.String ? moment.GetDateTime() : null;
}
