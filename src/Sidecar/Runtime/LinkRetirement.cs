using K8sMediaFlow.Links;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Channels;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>
/// The end of a link that the plan does not have any more: what is on its way gets time to arrive and to be done, then the link goes, then
/// its end in the pod, so that what is left goes to others. A thread of its own; what is still there at the limit is not waited for.
/// </summary>
internal sealed class LinkRetirement : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20), Step = TimeSpan.FromMilliseconds(20);

    private readonly Thread _thread;
    private readonly ManualResetEventSlim _hurry = new();
    private readonly ChannelBroker _ports;
    private readonly ChannelEndpoint _end;
    private readonly IDisposable _link;
    private readonly Func<bool> _isQuiet;
    private readonly ILogger _logger;

    private LinkRetirement(ChannelBroker ports, ChannelEndpoint end, IDisposable link, Func<bool> isQuiet, ILogger logger)
    {
        (_ports, _end, _link, _isQuiet, _logger) = (ports, end, link, isQuiet, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "retire" };
        _thread.Start();
    }

    /// <summary>The name of the end that goes.</summary>
    public string Name => _end.Name;

    public bool IsOver => !_thread.IsAlive;

    /// <summary>
    /// Takes nothing new. A peer that is out of reach is not waited for: it would have to come back first, and the plan says that it does
    /// not.
    /// </summary>
    public static LinkRetirement Of(ChannelBroker ports, EgressBridge port, OutboundLink link, ILogger logger)
    {
        link.Drain(TimeSpan.Zero);
        return new LinkRetirement(ports, port, link, () => link.Status.State != LinkState.Ready, logger);
    }

    /// <summary>The connection that is there may bring what it has; once it is gone, all that came is to be done.</summary>
    public static LinkRetirement Of(ChannelBroker ports, IngressBridge port, InboundLink link, LinkListener listener, ILogger logger)
    {
        listener.Remove(link);
        return new LinkRetirement(ports, port, link, () => link.Status is { State: not LinkState.Ready, Retained: 0 } && port.NotDone == 0,
            logger);
    }

    /// <summary>Cuts the waiting short, and returns when the end is gone.</summary>
    public void Dispose()
    {
        _hurry.Set();
        _thread.Join();
    }

    private void Run()
    {
        var end = DateTime.UtcNow + Limit;
        while (!_isQuiet() && DateTime.UtcNow < end && !_hurry.Wait(Step))
        {
        }
        _link.Dispose();
        _ports.ScaleAway(_end);
        _logger.LogInformation("{End}: the plan has no such link any more", _end.Name);
    }
}
