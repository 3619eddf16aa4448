namespace K8sMediaFlow.Fabric.Simulated;

/// <summary>What befalls one write.</summary>
public enum SimulatedFault
{
    None = 0,

    /// <summary>The connection is lost before a byte of this write lands.</summary>
    Drop = 1,

    /// <summary>Some first bytes of this write land, then the connection is lost.</summary>
    Torn = 2,

    /// <summary>This write lands whole, then the connection is lost: the sender never learns of it.</summary>
    DropAfterLanding = 3,

    /// <summary>This write lands, its completion is never reported.</summary>
    LostCompletion = 4,

    /// <summary>
    /// Neither this nor any later write of the connection moves until <see cref="SimulatedNetwork.ResumeAll"/> or an abort.
    /// </summary>
    Stall = 5,
}

/// <summary>Which write: counted from 1, connections through the network, writes through their connection.</summary>
public readonly record struct SimulatedWrite(int Connection, int Number);

/// <summary>
/// What goes wrong in a simulated network. Everything random is drawn from the network's seed, in the order of the calls, so that a
/// single-threaded run repeats exactly. May be changed while the network runs, from its thread.
/// </summary>
public sealed class SimulatedFaults
{
    /// <summary>Refuses the n-th connection (from 1) if it says so.</summary>
    public Func<int, bool>? RefuseConnection { get; set; }

    /// <summary>Scripted faults; asked first. Null or None leaves it to the chances below.</summary>
    public Func<SimulatedWrite, SimulatedFault>? OnWrite { get; set; }

    /// <summary>Chance of each fault per write, 0..1.</summary>
    public Dictionary<SimulatedFault, double> Chances { get; } = [];

    /// <summary>Least and most time from write to landing; order within a connection is kept.</summary>
    public TimeSpan DelayMin { get; set; }

    /// <inheritdoc cref="DelayMin"/>
    public TimeSpan DelayMax { get; set; }

    internal SimulatedFault Draw(SimulatedWrite write, Random random)
    {
        if (OnWrite?.Invoke(write) is { } scripted and not SimulatedFault.None)
            return scripted;
        foreach (var fault in Enum.GetValues<SimulatedFault>())
        {
            if (Chances.GetValueOrDefault(fault) is var chance && chance > 0 && random.NextDouble() < chance)
                return fault;
        }
        return SimulatedFault.None;
    }

    internal TimeSpan DrawDelay(Random random) => DelayMin + (DelayMax - DelayMin) * random.NextDouble();
}
