using System.Net;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>What a device came to when everything was tried that a link will do with it.</summary>
/// <param name="Device">Its name; null where the machine has none.</param>
/// <param name="Obstacle">What stands in the way; null where nothing does.</param>
/// <param name="Detail">The obstacle in words, or what the device offers.</param>
/// <param name="Address">Its address on the wire, where it has one.</param>
/// <param name="MtuBytes">Its path MTU, or 0.</param>
public sealed record VerbsFinding(string? Device, RdmaUnavailableReason? Obstacle, string Detail, IPAddress? Address, int MtuBytes);

/// <summary>
/// Tries on this machine what links would do: open, find the address, lock and register memory, make a queue pair. Leaves nothing behind.
/// </summary>
public static class VerbsPreflight
{
    /// <summary>One finding per device, or the one that says why there is none.</summary>
    /// <param name="registeredBytes">Memory to register for a trial: as much as the regions of the pod will have.</param>
    public static IReadOnlyList<VerbsFinding> Check(long registeredBytes)
    {
        if (VerbsLibrary.MissingReason is { } missing)
            return [new VerbsFinding(null, RdmaUnavailableReason.LibraryMissing, missing, null, 0)];
        var names = DeviceNames(out var failure);
        return names.Count > 0
            ? [.. names.Select(name => Check(new VerbsChoice { Device = name }, registeredBytes))]
            : [new VerbsFinding(null, RdmaUnavailableReason.NoDevice, failure ?? VerbsDevice.NoneSeen, null, 0)];
    }

    public static VerbsFinding Check(VerbsChoice choice, long registeredBytes)
    {
        try
        {
            using var device = VerbsDevice.Open(choice);
            Try(device, registeredBytes);
            var detail = $"{registeredBytes} bytes registered, a queue pair made";
            return new VerbsFinding(device.Context.Name, null, detail, device.Port.Address.Address, device.Port.State.MtuBytes);
        }
        catch (VerbsUnusableException unusable)
        {
            return new VerbsFinding(choice.Device, unusable.Obstacle, unusable.Message, null, 0);
        }
    }

    private static IReadOnlyList<string> DeviceNames(out string? failure)
    {
        try
        {
            failure = null;
            return VerbsLibrary.DeviceNames();
        }
        catch (NativeException unreadable)
        {
            failure = unreadable.Message;
            return [];
        }
    }

    private static void Try(VerbsDevice device, long registeredBytes)
    {
        using var file = MemoryFile.Create("verbs-preflight", registeredBytes);
        using var mapped = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        try
        {
            using var memory = RegisteredMemory.Create(device.Domain, mapped.Address, mapped.LengthBytes, RemoteAccess.Write);
        }
        catch (NativeException failure) when (failure.IsOutOfMemory)
        {
            throw new VerbsUnusableException(RdmaUnavailableReason.MemlockLimited, VerbsErrors.OfLocking(failure), failure);
        }
        try
        {
            var options = FabricOptions.Default;
            var end = new VerbsEnd(device, VerbsSender.WorksMax(options), options.GrantsMax + 1, options.QueuePairs, options);
            end.Abort();
        }
        catch (FabricException failure)
        {
            throw new VerbsUnusableException(RdmaUnavailableReason.DeviceBusy, failure.Message, failure);
        }
    }
}
