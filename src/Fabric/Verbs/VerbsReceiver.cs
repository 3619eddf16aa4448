using System.Diagnostics;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// Hears of frames that the device has put into granted blocks. What the immediate and the header say is checked after the fact.
/// </summary>
internal sealed class VerbsReceiver(VerbsEnd end, GrantTable grants, LandingOrder order) : IFabricReceiver
{
    /// <summary>
    /// Used receives of a pair are posted again so many at a time; as many are posted beyond the grants, so that there is one for every
    /// grant all the while.
    /// </summary>
    public const int ReceivesBatch = 32;

    private readonly int[] _used = new int[end.PairCount];

    public int GrantsMax => grants.GrantsMax;

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
                if (!TryAwaitDue(out var pair, out var immediate, wait))
                    return false;
                landing = Land(pair, immediate);
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

    /// <summary>What comes by other queue pairs before the write that is due is kept.</summary>
    private bool TryAwaitDue(out int pair, out uint immediate, TimeSpan wait)
    {
        var startedTicks = end.PairCount > 1 && wait > TimeSpan.Zero ? Stopwatch.GetTimestamp() : 0;
        while (!order.TryTake(out pair, out immediate))
        {
            var left = startedTicks == 0 ? wait : wait - Stopwatch.GetElapsedTime(startedTicks);
            if (!end.TryNext(out var completion, left))
                return false;
            Keep(completion);
        }
        return true;
    }

    private void Keep(in Completion completion)
    {
        if (!completion.IsSuccess)
            throw VerbsErrors.Of(completion);
        if (!completion.IsReceive || !completion.IsWrite)
            throw new FabricException(FabricError.Malformed, "a message where only frames are due");
        order.Add((int)completion.Id, completion.Immediate);
    }

    private Landing Land(int pair, uint immediate)
    {
        var area = grants.UseLanded(FrameImmediate.Slot(immediate));
        Checksum.Verify(area);
        if (++_used[pair] == ReceivesBatch)
        {
            end.PostReceives(pair, ReceivesBatch);
            _used[pair] = 0;
        }
        return new Landing(area.Slot, area.LengthBytes);
    }
}
