using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>One life of the sidecar of a pod beside near, in this process.</summary>
internal sealed class FarPod : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-far-");
    private readonly AttachServer _attach;

    public FarPod(Scene scene, string pod, LinkCredentials papers)
    {
        var incarnation = Incarnation.New();
        var address = scene.AddressOf(pod);
        var options = new SidecarOptions(7400, Scene.LinkPort, SocketPath, Path.Combine(_folder.FullName, "state"), "", "", "", pod,
            address, 7402);
        _attach = new AttachServer(SocketPath, incarnation, null, NullLogger.Instance);
        Runtime = new PodRuntime(options, scene.Of(pod), incarnation, () => papers, _attach, NullLogger.Instance);
    }

    public PodRuntime Runtime { get; }

    public string SocketPath => Path.Combine(_folder.FullName, "attach.sock");

    public MediaOperator Attach(string name) => Honest.Attach(SocketPath, name, _folder.FullName);

    public void Dispose()
    {
        _attach.Dispose();
        Runtime.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Media operators that link the SDK and do as they should.</summary>
internal static class Honest
{
    public static MediaOperator Attach(string socketPath, string name, string folder)
    {
        var token = Path.Combine(folder, name + ".token");
        File.WriteAllText(token, PodPlans.TokenOf(name));
        return MediaOperator.AttachAsync(new MediaOperatorOptions
        {
            SocketPath = socketPath,
            TokenFile = token,
            Name = name,
            Replica = 0,
            AttachTimeout = TimeSpan.FromSeconds(60),
            ReattachTimeout = TimeSpan.FromSeconds(60),
            DrainPatience = TimeSpan.FromSeconds(5),
        }).GetAwaiter().GetResult();
    }
}
