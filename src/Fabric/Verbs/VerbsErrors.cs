using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>The one place where a verbs failure becomes an error that a link can act on.</summary>
internal static class VerbsErrors
{
    public static FabricException Of(in Completion failed) =>
        new(FabricError.PeerGone, CompletionStatus.Text(failed.Status));

    public static FabricException OfDevice(string what) => new(FabricError.PeerGone, what);

    public static FabricException OfCall(NativeException failure) => new(FabricError.PeerGone, failure.Message, failure);

    /// <summary>Of memory that could not be registered: what happened, and what helps.</summary>
    public static string OfLocking(NativeException failure) =>
        $"{failure.Message}: raise the limit of locked memory (ulimit -l), or give the capability IPC_LOCK";

    public static FabricException OfAbort() => new(FabricError.Aborted, "this end was aborted");

    /// <summary>Making things is where a machine's limits show.</summary>
    public static T Making<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (NativeException failure)
        {
            throw new FabricException(FabricError.Incompatible, $"{RdmaUnavailableReason.DeviceBusy}: {failure.Message}", failure);
        }
    }

    public static RegisteredMemory Registering(Func<RegisteredMemory> register)
    {
        try
        {
            return register();
        }
        catch (NativeException failure) when (failure.IsOutOfMemory)
        {
            throw new FabricException(FabricError.Incompatible, $"{RdmaUnavailableReason.MemlockLimited}: {OfLocking(failure)}", failure);
        }
        catch (NativeException failure)
        {
            throw new FabricException(FabricError.Incompatible, failure.Message, failure);
        }
    }
}
