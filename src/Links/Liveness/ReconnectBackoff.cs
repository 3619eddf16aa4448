using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Liveness;

/// <summary>
/// How long to wait before dialling again: pauses that double, jittered so that a thousand links do not dial a restarted pod at once, and a
/// circuit breaker for a peer that answers but refuses. A value with chance given from outside.
/// </summary>
internal struct ReconnectBackoff(LinkOptions options)
{
    private const int DoublingsMax = 20;
    private int _failures;
    private int _refusals;

    /// <summary>The breaker is open: the peer refused too often in a row and is left alone for longer.</summary>
    public readonly bool IsOpen => _refusals >= options.BreakerFailures;

    /// <summary>Both ends were ready.</summary>
    public void Succeeded() => (_failures, _refusals) = (0, 0);

    /// <summary>An attempt failed, or a ready link was lost. Returns the pause, half to all of its nominal length.</summary>
    /// <param name="loss">Refusals count for the breaker; a peer that is not there yet does not, or its start would be noticed
    /// late.</param>
    /// <param name="chance">0 up to 1.</param>
    public TimeSpan Failed(LinkLoss loss, double chance)
    {
        Invariant.That(chance is >= 0 and <= 1);
        _refusals = IsRefusal(loss) ? _refusals + 1 : 0;
        var doubled = options.BackOffMin * Math.Pow(2, Math.Min(_failures++, DoublingsMax));
        var nominal = IsOpen ? options.BreakerPause : doubled < options.BackOffMax ? doubled : options.BackOffMax;
        return nominal * (0.5 + (chance / 2));
    }

    private static bool IsRefusal(LinkLoss loss) => loss is LinkLoss.TlsFailed or LinkLoss.WrongIdentity or LinkLoss.WrongPipeline
        or LinkLoss.VersionMismatch or LinkLoss.NoCommonFabric or LinkLoss.ProtocolViolation or LinkLoss.LandingViolation;
}
