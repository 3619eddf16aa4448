using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>
/// A process that registers memory as a link does, to be started with a low limit: says what came of it, a line for each try.
/// </summary>
internal static class LockingProgram
{
    public const string Verb = "--locks-memory";
    public const int Bytes = 8 << 20;

    public static bool TryRun(string[] arguments)
    {
        if (arguments is not [Verb])
            return false;
        var area = new TestArea(Bytes, 1);
        using var fabric = VerbsFabric.Open(new VerbsChoice { Device = "rxe0" });
        using var listener = fabric.Listen(System.Net.IPAddress.Any, 0, FabricOptions.Default);
        using var proposal = fabric.Propose(FabricOptions.Default);
        Console.WriteLine(Outcome(() => fabric.Register(area.Address, area.LengthBytes)));
        Console.WriteLine(Outcome(() => listener.Open(1, proposal.Bytes.Span, area.Address, area.LengthBytes)));
        return true;
    }

    private static string Outcome(Func<IDisposable> attempt)
    {
        try
        {
            attempt().Dispose();
            return "done";
        }
        catch (FabricException failure)
        {
            return failure.Message;
        }
    }
}
