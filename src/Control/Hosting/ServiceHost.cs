using System.Diagnostics.CodeAnalysis;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Control.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Control.Hosting;

/// <summary>Runs a process's service under the framework's host, which takes SIGTERM and SIGINT for the wish to end.</summary>
public static class ServiceHost
{
    /// <summary>Runs the service to its end, and returns the process's exit code.</summary>
    /// <typeparam name="TService">The service; its constructor gets what it asks for.</typeparam>
    /// <param name="format">Of the log.</param>
    /// <param name="least">The least severe events that are logged.</param>
    /// <param name="options">What the service is told.</param>
    public static async Task<int> RunAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>(
        LogFormat format, LogLevel least, object options)
        where TService : ProcessService
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddConsoleLog(format, least);
        // How long an end may take is the service's to know.
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(options.GetType(), options).AddSingleton<TService>()
            .AddHostedService(static services => services.GetRequiredService<TService>());
        // Not disposed: a second signal may come in the last moments of the process, and is to change nothing.
        var host = builder.Build();
        await host.StartAsync();
        await host.WaitForShutdownAsync();
        // With it goes what was logged last.
        host.Services.GetRequiredService<ILoggerFactory>().Dispose();
        return host.Services.GetRequiredService<TService>().ExitCode;
    }
}
