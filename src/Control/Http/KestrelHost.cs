using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace K8sMediaFlow.Control.Http;

/// <summary>
/// Kestrel with one endpoint, and nothing of the framework around it but what is asked for: no configuration files, no log.
/// </summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly TimeSpan _patience;

    /// <param name="configure">Limits and the endpoint.</param>
    /// <param name="addServices">What the pipeline needs.</param>
    /// <param name="build">The pipeline of every request.</param>
    /// <param name="patience">What requests that are under way get at the end.</param>
    public KestrelHost(
        Action<KestrelServerOptions> configure, Action<IServiceCollection> addServices, Action<WebApplication> build, TimeSpan patience)
    {
        _patience = patience;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            configure(kestrel);
        });
        addServices(builder.Services);
        _application = builder.Build();
        build(_application);
    }

    /// <summary>The port that it listens on; known once started.</summary>
    public int Port { get; private set; }

    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _application.StartAsync(cancellation);
        var addresses = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Port = new Uri(addresses.Addresses.Single()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }
}
