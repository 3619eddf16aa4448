using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// Every message of the link protocol, said by a peer whose certificate and handshake are right: absent, least and most in each field, cut,
/// twice, and out of its turn.
/// </summary>
[Trait("Category", "Slow")]
public sealed class LinkMessageTests(Siege siege) : IClassFixture<Siege>
{
    private const int BlockBytes = 4096;

    private static readonly (uint Slot, ulong Offset, uint SizeBytes)[] TwoBlocks = [(0, 0, BlockBytes), (1, BlockBytes, BlockBytes)];

    public static TheoryData<LinkMessage.Which> Messages => [.. Enum.GetValues<LinkMessage.Which>()];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Whatever_a_receiver_says_ends_its_link_at_most(LinkMessage.Which which)
    {
        using (var foe = siege.Betray())
        {
            foreach (var bytes in WireMutations.FewOf(FoeLink.Message(message => Sound(message, which, epoch: 1))))
            {
                using var link = foe.Accept();
                link.Say(message => Grant(message, link.Epoch, sequence: 1, total: 2, TwoBlocks));
                link.Say(bytes);
                link.Say(bytes);
                link.AwaitEnd();
            }
        }
        siege.ShouldStand();
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Whatever_a_sender_says_ends_its_link_at_most(LinkMessage.Which which)
    {
        using (var foe = siege.Betray())
        {
            foreach (var bytes in WireMutations.FewOf(FoeLink.Message(message => Sound(message, which, epoch: 1))))
            {
                using var link = foe.Dial();
                link.Say(bytes);
                link.Say(bytes);
                link.AwaitEnd();
            }
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Grants_that_contradict_what_was_granted_end_their_link_at_most()
    {
        using (var foe = siege.Betray())
        {
            foreach (var (epochs, sequence, total, slots) in Grants())
            {
                using var link = foe.Accept();
                link.Say(message => Grant(message, link.Epoch + epochs, sequence, total, slots));
                link.Say(message => Grant(message, link.Epoch, sequence + 1, total + (ulong)slots.Length, slots));
                link.Say(message => Grant(message, link.Epoch, sequence, total, slots));
                link.AwaitEnd();
            }
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Acknowledgements_of_what_was_not_sent_or_said_otherwise_before_end_their_link_at_most()
    {
        ulong[] some = [0, 1, 2, 3, ulong.MaxValue];
        using (var foe = siege.Betray())
        {
            foreach (var landed in some)
            {
                foreach (var done in some)
                {
                    using var link = foe.Accept();
                    link.Say(message => Grant(message, link.Epoch, sequence: 1, total: 2, TwoBlocks));
                    link.Say(message => Ack(message, link.Epoch, landed, done, returned: landed, [done, landed, 0], [1, ulong.MaxValue]));
                    link.Say(message => Ack(message, link.Epoch, done, landed, returned: 0, [], []));
                    link.Say(message => Ack(message, link.Epoch - 1, landed, done, returned: ulong.MaxValue, [3, 2, 2],
                        [ulong.MaxValue, 0]));
                    link.AwaitEnd();
                }
            }
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Sets_and_lists_of_more_than_the_protocol_allows_end_their_link()
    {
        using (var foe = siege.Betray())
        {
            foreach (var (beyond, missing, slots) in new[] { (65, 0, 0), (16_000, 0, 0), (0, 37_000, 0), (0, 0, 513), (0, 0, 40_000) })
            {
                using var link = foe.Accept();
                if (slots > 0)
                    link.Say(message => Grant(message, link.Epoch, 1, (ulong)slots,
                        [.. Enumerable.Range(0, slots).Select(slot => ((uint)slot, (ulong)slot * BlockBytes, (uint)BlockBytes))]));
                else
                    link.Say(message => Ack(message, link.Epoch, 0, 0, 0, new ulong[missing], new ulong[beyond]));
                link.AwaitClosed();
            }
            using var last = foe.Accept();
            last.Say(message =>
            {
                var bye = message.InitBye();
                (bye.Epoch, bye.Reason) = (last.Epoch, new string('w', 200_000));
            });
            last.AwaitClosed();
        }
        siege.ShouldStand();
    }

    private static IEnumerable<(uint Epochs, ulong Sequence, ulong Total, (uint Slot, ulong Offset, uint SizeBytes)[] Slots)> Grants()
    {
        (uint, ulong, uint) sound = (0, 0, BlockBytes);
        foreach (var epochs in new uint[] { 0, 1, uint.MaxValue })
        {
            foreach (var sequence in new ulong[] { 0, 1, 2, ulong.MaxValue })
                yield return (epochs, sequence, 1, [sound]);
        }
        foreach (var total in new ulong[] { 0, 2, ulong.MaxValue })
            yield return (0, 1, total, [sound]);
        foreach (var slot in new (uint, ulong, uint)[]
        {
            (uint.MaxValue, 0, BlockBytes),
            (0, ulong.MaxValue, BlockBytes),
            (0, 1, BlockBytes),
            (0, 0, 0),
            (0, 0, 1),
            (0, 0, 255),
            (0, 0, uint.MaxValue),
            (0, 0, int.MaxValue),
        })
            yield return (0, 1, 1, [slot]);
        yield return (0, 1, 2, [sound, sound]);
        yield return (0, 1, 0, []);
    }

    /// <summary>A message whose form is right and whose fields all have something.</summary>
    private static void Sound(LinkMessage.Builder message, LinkMessage.Which which, uint epoch)
    {
        switch (which)
        {
            case LinkMessage.Which.Hello:
                var hello = message.InitHello();
                (hello.Magic, hello.ProtocolLowest, hello.ProtocolHighest, hello.Edge, hello.SenderPod) = (LinkMessage.Magic, 1, 2,
                    Scene.RotToMop, Scene.Foe);
                break;
            case LinkMessage.Which.Welcome:
                message.InitWelcome().Epoch = epoch;
                break;
            case LinkMessage.Which.Refused:
                message.InitRefused().Reason = "no";
                break;
            case LinkMessage.Which.Ready:
                message.InitReady().Epoch = epoch;
                break;
            case LinkMessage.Which.Grant:
                Grant(message, epoch, 2, 3, [(2, 2 * BlockBytes, BlockBytes)]);
                break;
            case LinkMessage.Which.Ack:
                Ack(message, epoch, 1, 0, 1, [1], [1]);
                break;
            case LinkMessage.Which.Heartbeat:
                var heartbeat = message.InitHeartbeat();
                (heartbeat.Epoch, heartbeat.SentNs, heartbeat.EchoNs, heartbeat.EchoHeldNs) = (epoch, 1, 1, 1);
                break;
            case LinkMessage.Which.Drained:
                var drained = message.InitDrained();
                (drained.Epoch, drained.LastSequence) = (epoch, 1);
                break;
            case LinkMessage.Which.Bye:
                var bye = message.InitBye();
                (bye.Epoch, bye.Reason, bye.DataLost) = (epoch, "words for people", true);
                break;
            default:
                throw new NotSupportedException($"a message that this test has no words for: {which}");
        }
    }

    private static void Grant(LinkMessage.Builder message, uint epoch, ulong sequence, ulong total,
        (uint Slot, ulong Offset, uint SizeBytes)[] slots)
    {
        var grant = message.InitGrant();
        (grant.Epoch, grant.Sequence, grant.Total) = (epoch, sequence, total);
        var list = grant.InitSlots(slots.Length);
        for (var index = 0; index < slots.Length; index++)
        {
            var slot = list[index];
            (slot.Slot, slot.Offset, slot.SizeBytes) = slots[index];
        }
    }

    private static void Ack(LinkMessage.Builder message, uint epoch, ulong landed, ulong done, ulong returned, ulong[] missing,
        ulong[] beyond)
    {
        var ack = message.InitAck();
        (ack.Epoch, ack.Returned) = (epoch, returned);
        Set(ack.InitLanded(), landed, missing, beyond);
        Set(ack.InitDone(), done, missing, beyond);
    }

    private static void Set(LinkMessage.AckSet.Builder set, ulong cumulative, ulong[] missing, ulong[] beyond)
    {
        set.Cumulative = cumulative;
        beyond.CopyTo(set.InitBeyond(beyond.Length).Span);
        missing.CopyTo(set.InitMissing(missing.Length).Span);
    }
}
