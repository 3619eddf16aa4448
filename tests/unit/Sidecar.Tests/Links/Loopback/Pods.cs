using System.Net;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>Certificates of one installation, made once.</summary>
internal static class Papers
{
    private static readonly CertificateAuthority Authority = NewAuthority();
    private static readonly CertificateAuthority Stranger = NewAuthority();

    public static X509Certificate2Collection Authorities { get; } = [X509Certificate2.CreateFromPem(Authority.CertificatePem)];

    public static string Identity(string mediaOperator) => "k8smediaflow://test/line/" + mediaOperator;

    public static LinkCredentials Of(params string[] mediaOperators) => new(Issue(Authority, mediaOperators), Authorities);

    public static LinkCredentials OfStranger(string mediaOperator) => new(Issue(Stranger, mediaOperator), Authorities);

    private static CertificateAuthority NewAuthority() =>
        CertificateAuthority.Create("test", DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromDays(1));

    public static string AuthorityPem => Authority.CertificatePem;

    /// <summary>A certificate that carries these identities; the caller's to dispose.</summary>
    public static IssuedCertificate Leaf(IReadOnlyList<string> identities) => Leaf(Authority, identities, TimeSpan.FromHours(13));

    private static X509Certificate2 Issue(CertificateAuthority authority, params string[] mediaOperators) =>
        Leaf(authority, [.. mediaOperators.Select(Identity)], TimeSpan.FromHours(13)).Certificate;

    // Valid since an hour ago.
    private static IssuedCertificate Leaf(CertificateAuthority authority, IReadOnlyList<string> identities, TimeSpan validity) =>
        authority.Issue(new LeafRequest("test", identities, [IPAddress.Loopback], DateTimeOffset.UtcNow.AddHours(-1), validity));
}

/// <summary>The sending sidecar's half: one life of it.</summary>
internal sealed class SendingPod : IDisposable
{
    private readonly CuttableFabric _fabric = new(PodFabrics.Sending());
    private readonly IDisposable? _registration;
    private readonly FixedFabrics _fixed;

    public SendingPod(ILinkSource source, IPEndPoint peer, LinkOptions options, LinkCredentials? credentials = null,
        string pipeline = "test/line", string edge = Edge, string expects = "render", ILinkFabrics? fabrics = null,
        OutboundEndpoint? endpoint = null, FabricOptions? fabricOptions = null)
    {
        Credentials = credentials ?? Papers.Of("camera");
        _fixed = new FixedFabrics(_fabric);
        _registration = source is MemorySource memory ? _fabric.Register(memory.Address, memory.LengthBytes) : null;
        endpoint ??= new OutboundEndpoint(pipeline, edge, "pod-a", "pod-b", peer.Address.ToString(), peer.Port, [Papers.Identity(expects)]);
        Link = new OutboundLink(endpoint, source, fabrics ?? _fixed, fabricOptions ?? FabricOptions.Default, () => Credentials,
            Incarnation.New(), options);
        Link.Start();
    }

    public const string Edge = "camera.video->render.video";

    public OutboundLink Link { get; }

    /// <summary>What it shows and whom it trusts, from the next connection on.</summary>
    public LinkCredentials Credentials { get; set; }

    public void CutData() => _fabric.CutAll();

    public void Dispose()
    {
        Link.Dispose();
        _registration?.Dispose();
        _fixed.Dispose();
        _fabric.Dispose();
    }
}

/// <summary>The receiving sidecar's half: one life of it.</summary>
internal sealed class ReceivingPod : IDisposable
{
    private readonly IFabric _fabric = PodFabrics.Receiving();
    private readonly FixedFabrics _fixed;

    public ReceivingPod(ILinkSink sink, int port, LinkOptions options, LinkCredentials? credentials = null, ILinkFabrics? fabrics = null)
    {
        var papers = credentials ?? Papers.Of("render");
        _fixed = new FixedFabrics(_fabric);
        Listener = new LinkListener(new IPEndPoint(IPAddress.Loopback, port), "test/line", fabrics ?? _fixed, () => papers, options);
        Link = new InboundLink(new InboundEndpoint("test/line", SendingPod.Edge, "pod-a", [Papers.Identity("camera")]), sink,
            Incarnation.New(), options);
        Link.Start();
        Listener.Add(Link);
        Listener.Start();
    }

    public LinkListener Listener { get; }

    public InboundLink Link { get; }

    public void Dispose()
    {
        Link.Dispose();
        Listener.Dispose();
        _fixed.Dispose();
        _fabric.Dispose();
    }
}

/// <summary>Fabrics that are always there; dispose it before them.</summary>
internal sealed class FixedFabrics(params IFabric[] fabrics) : ILinkFabrics, IDisposable
{
    public FabricsNow Now { get; } = new([.. fabrics.Select(one => new LinkFabric(one,
        one.Listen(IPAddress.Loopback, 0, FabricOptions.Default)))], "");

    public void Dispose()
    {
        foreach (var one in Now.Usable)
            one.Listener.Dispose();
    }
}

internal static class Watchdog
{
    /// <summary>Bounded, but generous: a slow machine is no failure.</summary>
    public static void Until(Func<bool> condition, Func<string> otherwise, int seconds = PodFabrics.PatienceSeconds)
    {
        var end = Environment.TickCount64 + (seconds * 1000L);
        while (!condition())
        {
            if (Environment.TickCount64 > end)
                throw new TimeoutException(otherwise());
            Thread.Sleep(5);
        }
    }
}
