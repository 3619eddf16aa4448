using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>What a loan is asked for.</summary>
internal readonly record struct LoanRequest(FrameCaps? Caps, int PayloadBytes)
{
    /// <summary>Takes blocks and room if both are there. Under the operator's lock; the caller has polled.</summary>
    public bool TryTake(MediaOperatorCore core, OutputPort port, out FrameLoan loan)
    {
        loan = default;
        port.ThrowIfOver();
        if (core.Region is not { } region)
            return false;
        ThrowIfTooLarge(port, region.LargestBytes);
        if (!port.HasRoom || !region.Writer.TryTake(1, port.Quota, out var envelope))
            return false;
        BlockRef payload = default;
        if (PayloadBytes > 0 && !region.Writer.TryTake(PayloadBytes, port.Quota, out payload))
        {
            region.Writer.Release(envelope);
            return false;
        }
        Failpoint.At("loan");
        var slot = core.TakeLoan();
        slot.Open(port, Caps, region, envelope, payload, PayloadBytes);
        loan = new FrameLoan(slot);
        return true;
    }

    private void ThrowIfTooLarge(OutputPort port, long largestBytes)
    {
        var blocks = PayloadBytes > 0 ? 2 : 1;
        if (PayloadBytes > largestBytes || blocks > port.Quota.LimitBlocks)
            throw new MediaOperatorException(MediaOperatorError.FrameTooLarge,
                $"A frame of {PayloadBytes} bytes on output '{port.Plan.Name}' needs {blocks} blocks; "
                + $"the region's largest block has {largestBytes} bytes, the port's quota is {port.Quota.LimitBlocks} blocks.");
    }
}
