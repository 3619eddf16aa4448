using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Shouldly;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>A pipeline whose frames are counted at both ends, in a namespace of its own on the cluster.</summary>
internal sealed class Flow : IDisposable
{
    private readonly TwoNodes _cluster;
    private readonly Action<string> _print;

    public Flow(TwoNodes cluster, Action<string> print)
    {
        (_cluster, _print) = (cluster, print);
        Space = $"case-{Guid.NewGuid():N}"[..13];
        Records = Directory.CreateDirectory(Path.Combine(cluster.RecordsFolder, Space)).FullName;
        File.SetUnixFileMode(Records, (UnixFileMode)0b111_111_111);
        Kubectl.Run("create", "namespace", Space);
        Kubectl.Apply(Documents.Records(Space, Records));
    }

    /// <summary>The longest that a flow is waited for: where it is known that it will not come, not as long.</summary>
    public static TimeSpan PatienceMax { get; set; } = TimeSpan.MaxValue;

    public string Space { get; }

    public string Records { get; }

    public Kubectl Kubectl => _cluster.Kubectl;

    public long Seen => FrameAccount.Seen(Records, Documents.Seen);

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
        Wait.Until($"{more} more frames", () => Seen >= goal, () => $"{Seen} of {goal}\n{Describe()}", seconds: (int)Patience(120).TotalSeconds);
    }

    /// <summary>Does what it is given while frames flow, and returns the longest time without a new frame from then until the flow is steady again.</summary>
    public TimeSpan Disturb(string what, Action fault, int framesAfter = 75)
    {
        var (before, pause, worst, last) = (Seen, Stopwatch.StartNew(), TimeSpan.Zero, Seen);
        var fault1 = Task.Run(fault);
        var limit = Stopwatch.StartNew();
        while (!fault1.IsCompleted || last < before + framesAfter)
        {
            if (limit.Elapsed > Patience(180))
                throw new TimeoutException($"{what}: {last - before} frames in {limit.Elapsed.TotalSeconds:0} s\n{Describe()}");
            Thread.Sleep(20);
            if (Seen is var seen && seen == last)
                continue;
            (worst, last) = (pause.Elapsed > worst ? pause.Elapsed : worst, seen);
            pause.Restart();
        }
        fault1.GetAwaiter().GetResult();
        _print(string.Create(CultureInfo.InvariantCulture, $"{what}: {Account}, recovery {worst.TotalSeconds:0.0} s"));
        return worst;
    }

    /// <summary>Nothing lost, doubled or out of order so far.</summary>
    public void ShouldBeWhole(string what)
    {
        var account = Account;
        (account.Lost, account.Doubled, account.Disordered).ShouldBe((0, 0, 0), $"{what}: {account}\n{Describe()}");
    }

    public JsonElement Pipeline(string name = "flow") => Kubectl.Get("mediapipeline", name, "-n", Space);

    public JsonElement Condition(string type, string name = "flow") => Pipeline(name) is { ValueKind: JsonValueKind.Object } pipeline
        && pipeline.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
            ? conditions.EnumerateArray().FirstOrDefault(condition => condition.GetProperty("type").GetString() == type)
            : default;

    public bool Is(string type, string status, string name = "flow") =>
        Condition(type, name) is { ValueKind: JsonValueKind.Object } condition && condition.GetProperty("status").GetString() == status;

    public IReadOnlyList<Pod> Pods() => [.. Kubectl.Get("pods", "-n", Space).GetProperty("items").EnumerateArray().Select(Pod.Read)];

    public Pod PodOf(string unit) => Pods().Where(pod => pod.Unit == unit && !pod.IsEnding).OrderByDescending(pod => pod.Created).First();

    /// <summary>Deletes a pod and waits for its successor: what ends drains, and frames flow meanwhile.</summary>
    public void Replace(Pod pod)
    {
        Kubectl.Run("delete", "pod", pod.Name, "-n", Space, "--wait=false");
        Wait.Until($"a successor of {pod.Name}", () => Pods().Any(other => other.Unit == pod.Unit && other.Uid != pod.Uid && other.Phase == "Running"), Describe);
    }

    public string Describe() => $"{Kubectl.Try(null, "get", "pods,mp,events", "-n", Space, "-o", "wide").Output}\n{Kubectl.Try(null, "logs", "-n", "k8smediaflow", "-l", "app.kubernetes.io/component=controller", "--tail=20").Output}";

    private static TimeSpan Patience(int seconds) => TimeSpan.FromSeconds(Math.Min(seconds, PatienceMax.TotalSeconds));

    public void Dispose()
    {
        // A case may have ended while the API server was still away, and a flow that is left goes on beside all others.
        for (var attempt = 0; attempt < 15 && Kubectl.Try(null, "delete", "namespace", Space, "--wait=false", "--ignore-not-found").ExitCode != 0; attempt++)
            Thread.Sleep(TimeSpan.FromSeconds(2));
        // Sources would wait for their readers, which end too.
        Kubectl.Try(null, "delete", "pods", "--all", "-n", Space, "--grace-period=1", "--wait=false");
        Kubectl.Try(null, "delete", "persistentvolumes", "-l", $"case={Space}", "--wait=false");
    }
}

/// <summary>A pod as far as the cases ask.</summary>
internal sealed record Pod(string Name, string Uid, string Unit, string Node, string Phase, string Address, DateTime Created, bool IsEnding, string SidecarImage, IReadOnlyList<PodContainer> Containers)
{
    public PodContainer? Container(string name) => Containers.FirstOrDefault(one => one.Name == name);

    public static Pod Read(JsonElement pod)
    {
        var (metadata, status) = (pod.GetProperty("metadata"), pod.GetProperty("status"));
        return new Pod(Text(metadata, "name"), Text(metadata, "uid"), Text(metadata.GetProperty("labels"), "k8smediaflow.io/unit"), Text(pod.GetProperty("spec"), "nodeName"),
            Text(status, "phase"), Text(status, "podIP"), metadata.GetProperty("creationTimestamp").GetDateTime(), metadata.TryGetProperty("deletionTimestamp", out _),
            pod.GetProperty("spec").GetProperty("containers").EnumerateArray().Where(one => Text(one, "name") == "sidecar").Select(one => Text(one, "image")).FirstOrDefault(""),
            status.TryGetProperty("containerStatuses", out var containers) ? [.. containers.EnumerateArray().Select(PodContainer.Read)] : []);
    }

    internal static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString()! : "";
}

/// <summary>A container as its pod's status has it.</summary>
/// <param name="StartedAt">Null while it does not run.</param>
internal sealed record PodContainer(string Name, int Restarts, DateTime? StartedAt)
{
    public static PodContainer Read(JsonElement container) => new(Pod.Text(container, "name"), container.GetProperty("restartCount").GetInt32(),
        container.GetProperty("state").TryGetProperty("running", out var running) ? running.GetProperty("startedAt").GetDateTime() : null);
}
