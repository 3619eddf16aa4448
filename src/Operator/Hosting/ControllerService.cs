using K8sMediaFlow.Control.Hosting;
using K8sMediaFlow.KubernetesRuntime.Connection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>The controller as a process.</summary>
internal sealed class ControllerService(ControllerOptions options, IHostApplicationLifetime lifetime, ILoggerFactory logging)
    : ProcessService(lifetime, logging.CreateLogger("controller"))
{
    protected override Task RunAsync(CancellationToken stopping) =>
        ControllerHost.RunAsync(options, logging, TimeProvider.System, stopping);

    protected override bool IsExplained(Exception failure) => failure is ConnectionException or IOException or InvalidDataException;
}
