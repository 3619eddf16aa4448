namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// What a dead consumer had. It was sent again already, but its bytes stay as they are: the consumers that the dead one had passed them to
/// may read them still.
/// </summary>
internal sealed record OrphanedDelivery(IOutboundChannel Channel, int[] Entries);
