using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// A sidecar process with honest media operators around it, and what must hold after each attack: it lives, every frame of the honest
/// arrives, and it has no more open, mapped, running or taken than before. One for all tests of a class.
/// </summary>
public sealed class Siege : IDisposable
{
    private const int FramesEach = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-siege-");
    private readonly MediaOperator _camera, _relay, _show, _lure, _mop;
    private readonly Holdings _before;
    private MediaOperator _render = null!, _store = null!, _feed = null!, _pit = null!, _rot = null!;
    private readonly HashSet<ulong> _rendered = [], _stored = [], _shown = [], _pitted = [], _mopped = [], _mopSaw = [];
    private FarPod? _third;
    private ulong _incarnation = 100, _fromCamera, _fromFeed, _fromLure, _fromRot, _streams;

    public Siege()
    {
        Near = new SidecarProcess(Scene.Near, Scene.AddressOf(Scene.Near), ["camera", "relay", "show", "lure", "mop"]);
        Near.Follow(Scene.Of(Scene.Near));
        Far = NewFar();
        _third = NewThird();
        (_camera, _relay, _show, _lure, _mop) = (Attach("camera"), Attach("relay"), Attach("show"), Attach("lure"), Attach("mop"));
        Flow();
        _before = HoldingsNow;
    }

    internal Scene Scene { get; } = new();

    internal SidecarProcess Near { get; }

    internal FarPod Far { get; private set; }

    /// <summary>A new stream for frames made by hand: a consumer drops a second frame of the same identity as a duplicate.</summary>
    public ulong NewStream() => RawProducer.Number + ++_streams;

    /// <summary>
    /// The second replica of a media operator, by hand. Its last life may not be over yet: then as an SDK does it, again.
    /// </summary>
    internal RawMediaOperator AttachRaw(string name, AttachMessage.Which? silentAt = null)
    {
        RawMediaOperator? attached = null;
        Watchdog.Until(
            () =>
            {
                attached?.Dispose();
                attached = new RawMediaOperator(Near.SocketPath, name) { SilentAt = silentAt }
                    .Hello(PodPlans.TokenOf(name), replica: 1, ++_incarnation);
                // Readers who do not read would hold what the last lives had sent.
                attached.Until(Read, () => attached.IsAnswered);
                return attached.Refusal is null or { Code: not AttachMessage.RefusalCode.NameTaken };
            },
            () => $"{attached?.Refusal}\n{Describe()}");
        attached!.Heard.ShouldContain(AttachMessage.Which.Region, Near.Log);
        return attached;
    }

    /// <summary>What became of it.</summary>
    internal MediaOperatorReport StatusOf(string name) => Near.Status.Operators.Single(one => one.Name == name && one.Replica == 1);

    internal string AwaitBanned(string name)
    {
        var status = StatusOf(name);
        Watchdog.Until(() => (status = StatusOf(name)).State == MediaOperatorState.Failed, () => $"{status}\n{Near.Log}");
        return status.Reason;
    }

    /// <summary>Some frames on every edge, each of which must arrive.</summary>
    public void Flow()
    {
        Send(_camera, ref _fromCamera);
        Send(_feed, ref _fromFeed);
        if (_third is not null)
        {
            Send(_lure, ref _fromLure);
            Send(_rot, ref _fromRot);
        }
        Watchdog.Until(
            () =>
            {
                Read();
                return HasLast(_rendered, _fromCamera) && HasLast(_stored, _fromCamera) && HasLast(_shown, _fromFeed)
                    && (_third is null || (HasLast(_pitted, _fromLure) && HasLast(_mopped, _fromRot)));
            },
            () => $"of {_fromCamera} and {_fromFeed} there came {_rendered.Count} to render, {_stored.Count} to store, {_shown.Count} to show, of {_fromLure} and {_fromRot} {_pitted.Count} to pit and {_mopped.Count} to mop\n{Describe()}");
    }

    /// <summary>
    /// After attacks whose processes are gone. Once for all mutants of a method: what is counted here is what one of them would have left
    /// behind for good, and a look costs as much as many mutants.
    /// </summary>
    public void ShouldStand()
    {
        Near.ShouldLive();
        _third ??= NewThird();
        foreach (var name in new[] { "camera", "relay", "show" })
            AttachRaw(name).Dispose();
        Flow();
        var now = _before;
        Watchdog.Until(() => (now = HoldingsNow) == _before, () => $"before {_before}, now {now}\n{Near.Log}");
        Watchdog.Until(() => Near.Status.Edges.All(edge => edge.Side != EdgeSide.Inbound || edge.BlocksInUse == edge.BlocksTotal)
            && NotDone() == 0,
            () => string.Join('\n', Near.Status.Edges) + string.Join('\n', Near.Status.Links));
    }

    /// <summary>The far pod dies and comes back; its sink reads on.</summary>
    public void ReplaceFar()
    {
        DisposeFar();
        Far = NewFar();
        // Its source is another one, with a stream of its own.
        _fromFeed = 0;
        _shown.Clear();
    }

    /// <summary>The third pod is somebody else from here on, until <see cref="ShouldStand"/>.</summary>
    internal Foe Betray()
    {
        DisposeThird();
        return new Foe(this, LeafOf("pit", "rot"));
    }

    /// <summary>More for the third pod, as far as there is room; and whoever has got something reads it.</summary>
    public void Feed()
    {
        if (_lure.Outputs["video"].TryLoan(out var loan))
        {
            loan.Send();
            loan.Dispose();
            _fromLure++;
        }
        Read();
    }

    /// <summary>The sink of what comes from the third pod has seen a frame of <see cref="RawProducer.Number"/>.</summary>
    public void AwaitMopped(ulong sequence) => Watchdog.Until(
        () =>
        {
            Read();
            return _mopSaw.Contains(sequence);
        },
        () => $"frame {sequence} did not come\n{Describe()}");

    /// <summary>What arrives at the far end of the passers' edge.</summary>
    internal Frame AwaitStored(ulong stream)
    {
        Frame? came = null;
        Watchdog.Until(
            () =>
            {
                while (_store.Inputs["video"].TryReceive(out var frame))
                {
                    if (frame.Stream == stream)
                        came = frame;
                    else
                        frame.Dispose();
                }
                return came is not null;
            },
            () => $"nothing of stream {stream} came\n{Describe()}");
        return came!.Value;
    }

    public void Dispose()
    {
        Near.Dispose();
        foreach (var one in new[] { _camera, _relay, _show, _lure, _mop })
            End(one);
        DisposeFar();
        DisposeThird();
        _folder.Delete(recursive: true);
    }

    // With the connection of whoever asks for the status: it goes when nobody has asked for long.
    private Holdings HoldingsNow
    {
        get
        {
            Near.Status.ShouldNotBeNull();
            return Near.Holdings;
        }
    }

    private MediaOperator Attach(string name) => Honest.Attach(Near.SocketPath, name, _folder.FullName);

    private FarPod NewFar()
    {
        var far = new FarPod(Scene, Scene.Far, LeafOf("render", "store", "feed"));
        (_render, _store, _feed) = (far.Attach("render"), far.Attach("store"), far.Attach("feed"));
        return far;
    }

    private FarPod NewThird()
    {
        var third = new FarPod(Scene, Scene.Foe, LeafOf("pit", "rot"));
        (_pit, _rot) = (third.Attach("pit"), third.Attach("rot"));
        // Its source is another one, with a stream of its own.
        _fromRot = 0;
        _mopped.Clear();
        return third;
    }

    private void DisposeThird()
    {
        if (_third is null)
            return;
        _third.Dispose();
        _third = null;
        End(_pit);
        End(_rot);
    }

    private static LinkCredentials LeafOf(params string[] mediaOperators)
    {
        using var leaf = Papers.Leaf([.. mediaOperators.Select(Papers.Identity)]);
        return new LinkCredentials(System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(leaf.CertificatePem,
            leaf.PrivateKeyPem()), Papers.Authorities);
    }

    private void DisposeFar()
    {
        Far.Dispose();
        foreach (var one in new[] { _render, _store, _feed })
            End(one);
    }

    // The sidecar is gone: nothing is waited for.
    private static void End(MediaOperator one)
    {
        one.Fail("the test is over");
        one.DisposeAsync().AsTask().Wait(Hang.Bound);
    }

    private long NotDone() => Near.Status.Links.Sum(link => link.NotDone);

    private void Read()
    {
        Take(_render, _rendered);
        Take(_store, _stored);
        Take(_show, _shown);
        Take(_mop, _mopped, _mopSaw);
        if (_third is not null)
            Take(_pit, _pitted);
        Pass();
    }

    private string Describe() => string.Join('\n', [.. Near.Status.Links, .. Near.Status.Operators, Near.Log]);

    private static bool HasLast(HashSet<ulong> came, ulong sent) =>
        Enumerable.Range(0, FramesEach).All(back => came.Contains(sent - (ulong)back));

    // There is room when what is under way has been read.
    private void Send(MediaOperator source, ref ulong sent)
    {
        for (var frame = 0; frame < FramesEach; frame++)
        {
            FrameLoan loan = default;
            Watchdog.Until(
                () =>
                {
                    Read();
                    return source.Outputs["video"].TryLoan(out loan);
                },
                () => $"no room for what {source.Name} sends\n{Describe()}");
            loan.Send();
            loan.Dispose();
            sent++;
        }
    }

    /// <summary>The honest passer passes a frame of that stream on, after something has happened to it.</summary>
    public void PassOn(ulong stream, Action before)
    {
        var isPassed = false;
        Watchdog.Until(
            () =>
            {
                while (!isPassed && _relay.Inputs["video"].TryReceive(out var frame))
                {
                    using (frame)
                    {
                        isPassed = frame.Stream == stream;
                        if (isPassed)
                            before();
                        _relay.Outputs["video"].Forward(frame);
                    }
                }
                return isPassed;
            },
            Describe);
    }

    private void Pass()
    {
        while (_relay.Inputs["video"].TryReceive(out var frame))
        {
            using (frame)
                _relay.Outputs["video"].Forward(frame);
        }
    }

    private bool IsFoes(ulong stream) => stream - RawProducer.Number <= _streams;

    private void Take(MediaOperator sink, HashSet<ulong> came, HashSet<ulong>? fromFoes = null)
    {
        while (sink.Inputs["video"].TryReceive(out var frame))
        {
            (IsFoes(frame.Stream) ? fromFoes : came)?.Add(frame.Sequence);
            frame.Dispose();
        }
    }
}
