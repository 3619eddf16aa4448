using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Control.Hosting;

/// <summary>
/// The one service of a process: when it ends, so does the process; when it fails, with exit code 1 and the reason in the log.
/// </summary>
/// <remarks>The framework's own host stops as well when a service fails, but then the process ends with 0.</remarks>
/// <param name="lifetime">Of the process.</param>
/// <param name="logger">Hears why it failed.</param>
public abstract class ProcessService(IHostApplicationLifetime lifetime, ILogger logger) : BackgroundService
{
    /// <summary>Of the process; known when the service has ended.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Does the process's work until it is done or cancelled.</summary>
    protected abstract Task RunAsync(CancellationToken stopping);

    /// <summary>
    /// Whether the message alone explains the failure to the person who runs the process. Of any other failure the log has the stack too.
    /// </summary>
    protected abstract bool IsExplained(Exception failure);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Whatever it is, the process ends and says why.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ExitCode = 1;
            logger.LogCritical(IsExplained(failure) ? null : failure, "ended by a failure: {Reason}", failure.Message);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }
}
