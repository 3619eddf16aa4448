using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>Hears of frames that the device has put into granted blocks. What the immediate and the header say is checked after the fact.</summary>
internal sealed class VerbsReceiver(VerbsEnd end, GrantTable grants) : IFabricReceiver
{
    private ulong _landed;

    public void Grant(uint slot, long offsetBytes, int sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slot, FrameImmediate.SlotMax);
        grants.Grant(slot, offsetBytes, sizeBytes);
    }

    public bool TryReceive(out Landing landing, TimeSpan wait)
    {
        landing = default;
        lock (end.Gate)
        {
            end.ThrowIfFinished();
            try
            {
                if (!end.TryNext(out var completion, wait))
                    return false;
                landing = Land(completion);
                return true;
            }
            catch (FabricException failure)
            {
                throw end.Fail(failure);
            }
            catch (NativeException failure)
            {
                throw end.Fail(VerbsErrors.OfCall(failure));
            }
        }
    }

    public void Abort() => end.Abort();

    public void Dispose() => end.Abort();

    private Landing Land(in Completion completion)
    {
        if (!completion.IsSuccess)
            throw VerbsErrors.Of(completion);
        if (!completion.IsReceive || !completion.IsWrite)
            throw new FabricException(FabricError.Malformed, "a message where only frames are due");
        if (!FrameImmediate.IsNumber(completion.Immediate, _landed++))
            throw new FabricException(FabricError.Malformed, $"immediate {completion.Immediate:x8} is not that of write {_landed - 1}");
        // The peer can still write there: what is checked must be what was read, so it is read once.
        var slot = FrameImmediate.Slot(completion.Immediate);
        Span<byte> header = stackalloc byte[FrameHeaderPrefix.SizeBytes];
        grants.HeaderOf(slot).CopyTo(header);
        if (FrameHeaderPrefix.ReadSlot(header) != slot)
            throw new FabricException(FabricError.Malformed, $"the header in slot {slot} names slot {FrameHeaderPrefix.ReadSlot(header)}");
        var area = grants.Use(header);
        Checksum.Verify(area);
        end.PostReceives(1);
        return new Landing(area.Slot, area.LengthBytes);
    }
}
