using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Attaching;

/// <summary>Where a sidecar takes attachments: a path in the pod's shared directory, removed when disposed.</summary>
public sealed class AttachListener : IDisposable
{
    private readonly LocalListener _listener;

    /// <exception cref="StagingException"><see cref="StagingError.CannotListen"/>: a living sidecar listens there already, or the path cannot be bound.</exception>
    public AttachListener(string path)
    {
        try
        {
            _listener = new LocalListener(path);
        }
        catch (NativeException failure)
        {
            throw new StagingException(StagingError.CannotListen, $"attachments cannot be taken at {path}: {failure.Message}", failure);
        }
    }

    public string Path => _listener.Path;

    /// <summary>For an <see cref="EventPoll"/>; owned by this object.</summary>
    public int Descriptor => _listener.Descriptor;

    /// <summary>The next one who connects; null when none came in time.</summary>
    /// <param name="timeout">Negative: no limit.</param>
    public AttachConnection? Accept(TimeSpan timeout) =>
        _listener.Accept(timeout < TimeSpan.Zero ? -1 : (int)timeout.TotalMilliseconds) is { } socket ? new AttachConnection(socket) : null;

    /// <summary>Ends a waiting <see cref="Accept"/> of another thread.</summary>
    public void Shutdown() => _listener.Shutdown();

    public void Dispose() => _listener.Dispose();
}
