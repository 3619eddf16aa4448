using System.Runtime.ExceptionServices;

namespace K8sMediaFlow.Links.Simulation.Tests;

/// <summary>Runs histories where nothing else runs beside them.</summary>
internal static class Histories
{
    private const int StackBytes = 4 << 20;

    /// <summary>Runs one history; what is broken in it says how it is repeated.</summary>
    public static World Run(int seed, PlantedBug bug = PlantedBug.None, bool hasFaults = true)
    {
        using var world = new World(seed, bug, hasFaults: hasFaults);
        try
        {
            world.Run();
        }
        catch (Exception e)
        {
            throw new HistoryException($"SEED={seed} ({world}): {e.Message}", e);
        }
        return world;
    }

    /// <summary>On a thread without a synchronization context: continuations run where they are called.</summary>
    public static void Apart(Action run)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                run();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, StackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}

/// <summary>A history in which a promise was broken.</summary>
internal sealed class HistoryException(string message, Exception cause) : Exception(message, cause);
