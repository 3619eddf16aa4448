using System.Net;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Certificates that are renewed under flow, as mounted Secrets are.</summary>
public sealed class RotationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-rotation-");
    private readonly CertificateAuthority _old = NewAuthority(), _new = NewAuthority();

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Another_authority_takes_over_without_a_link_lost_and_is_asked_for_by_the_next_handshake()
    {
        var plans = new FlowPlans();
        Mount("camera", _old, _old);
        Mount("render", _old, _old);
        using var sending = new RunningPod(plans, "camera-0", Credentials("camera"));
        await using var camera = await sending.Attach();
        var receiving = new RunningPod(plans, "render-0", Credentials("render"));
        var render = await receiving.Attach();
        var before = new FlowingSink(render);
        using var source = new FlowingSource(camera);
        before.AwaitGot(200);

        // Both are trusted first, then leaves change one pod after the other, then the old one is trusted no more.
        Mount("camera", _old, _old, _new);
        Mount("render", _old, _old, _new);
        Mount("camera", _new, _old, _new);
        Mount("render", _new, _old, _new);
        Mount("camera", _new, _new);
        Mount("render", _new, _new);
        before.AwaitGot(before.Got.Count + 200);
        sending.StatusOf("render-0").Epoch.ShouldBe(1u);
        sending.StatusOf("render-0").Losses.ShouldBe(0u);

        before.Dispose();
        Watchdog.Until(() => sending.Runtime.Outbound[0].Link.Status.Frames > (ulong)before.Got.Count, () => "nothing more was sent");
        Watchdog.Until(() => (int)sending.StatusOf("render-0").Frames - sending.Runtime.Outbound[0].Port.HeldCount >= before.Got.Count,
            () => "what was consumed is not known to be done");
        receiving.Dispose();
        using var successor = new RunningPod(plans, "render-0", Credentials("render"));
        await using var next = await successor.Attach();
        using var after = new FlowingSink(next);
        after.AwaitGot(200);
        var sent = source.Stop();
        after.AwaitEnd();
        before.Got.Concat(after.Got).ShouldBeExactly(sent);
        await render.DisposeAsync();
    }

    [Fact]
    public void Whoever_is_still_of_the_old_authority_alone_is_refused_when_it_has_gone()
    {
        var plans = new FlowPlans();
        Mount("camera", _old, _old, _new);
        Mount("render", _new, _new);
        using var sending = new RunningPod(plans, "camera-0", Credentials("camera"));
        using var receiving = new RunningPod(plans, "render-0", Credentials("render"));
        Watchdog.Until(() => receiving.Runtime.Links.Refusals.ContainsKey(LinkLoss.TlsFailed), () => "nobody was refused");
        Mount("render", _new, _old, _new);
        sending.AwaitReady("render-0");
    }

    private static CertificateAuthority NewAuthority() =>
        CertificateAuthority.Create("test", DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromDays(1));

    private Func<LinkCredentials> Credentials(string name)
    {
        var folder = Path.Combine(_folder.FullName, name);
        var files = new TlsIdentityFiles(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), Path.Combine(folder, "ca.crt"));
        return () => new LinkCredentials(files.Current.Certificate, files.Current.Authorities);
    }

    // As the kubelet does it: a new folder, and the one link that all files go through is replaced by rename.
    private void Mount(string name, CertificateAuthority issuer, params CertificateAuthority[] trusted)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;
        var version = Path.Combine(folder, $"..{Directory.GetDirectories(folder).Length}");
        Directory.CreateDirectory(version);
        using var leaf = issuer.Issue(new LeafRequest(name, [Papers.Identity(name)], [IPAddress.Loopback],
            DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromHours(12)));
        TlsIdentityFiles.Write(Path.Combine(version, "tls.crt"), Path.Combine(version, "tls.key"), Path.Combine(version, "ca.crt"), leaf,
            string.Concat(trusted.Select(one => one.CertificatePem + "\n")));
        var next = Path.Combine(folder, "..next");
        File.CreateSymbolicLink(next, Path.GetFileName(version));
        Tool.Run("mv", ["-T", next, Path.Combine(folder, "..data")]);
        foreach (var file in new[] { "tls.crt", "tls.key", "ca.crt" }.Where(file => !File.Exists(Path.Combine(folder, file))))
            File.CreateSymbolicLink(Path.Combine(folder, file), "..data/" + file);
    }
}
