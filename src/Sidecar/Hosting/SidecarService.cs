using System.Net.Sockets;
using System.Security.Cryptography;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Hosting;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>The sidecar as a process. The category of what it logs is the pod, by the name that the plan has for it.</summary>
internal sealed class SidecarService(SidecarOptions options, IHostApplicationLifetime lifetime, ILoggerFactory logging)
    : ProcessService(lifetime, logging.CreateLogger(options.Pod))
{
    protected override async Task RunAsync(CancellationToken stopping)
    {
        await using var host = new SidecarHost(options, logging.CreateLogger(options.Pod));
        await host.RunAsync(stopping);
    }

    protected override bool IsExplained(Exception failure) =>
        failure is InvalidDataException or ControlException or IOException or UnauthorizedAccessException
        or CryptographicException or SocketException or NativeException or StagingException;
}
