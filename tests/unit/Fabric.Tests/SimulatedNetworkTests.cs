using System.Net;
using K8sMediaFlow.Fabric.Simulated;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>Virtual time and faults, by one thread.</summary>
public sealed class SimulatedNetworkTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromDays(1);

    private readonly TestArea _source = new(4096, 1);
    private readonly TestArea _area = new(4096, 8);

    [Fact]
    public void Nothing_moves_until_its_time_has_come()
    {
        var (network, pair) = Make(1);
        network.Faults.DelayMin = network.Faults.DelayMax = TimeSpan.FromMilliseconds(10);
        using var _ = pair;
        Write(pair, 0);
        network.Advance(TimeSpan.FromMilliseconds(9));
        pair.Receiver.TryReceive(out var _, s_never).ShouldBeFalse();
        network.NextEventAt.ShouldBe(TimeSpan.FromMilliseconds(10));
        network.Advance(TimeSpan.FromMilliseconds(1));
        pair.Receiver.TryReceive(out var landing, s_never).ShouldBeTrue();
        landing.Slot.ShouldBe(0u);
    }

    [Fact]
    public void One_seed_gives_one_history()
    {
        var seed = Seed.Take(nameof(One_seed_gives_one_history));
        History(seed).ShouldBe(History(seed));
    }

    [Theory]
    [InlineData(SimulatedFault.Drop, false, false)]
    [InlineData(SimulatedFault.Torn, false, false)]
    [InlineData(SimulatedFault.DropAfterLanding, true, false)]
    [InlineData(SimulatedFault.LostCompletion, true, false)]
    [InlineData(SimulatedFault.Stall, false, false)]
    [InlineData(SimulatedFault.None, true, true)]
    public void A_fault_takes_from_a_write_what_it_says(SimulatedFault fault, bool lands, bool completes)
    {
        var (network, pair) = Make(3);
        network.Faults.OnWrite = write => write.Number == 2 ? fault : SimulatedFault.None;
        Write(pair, 0);
        Write(pair, 1);
        network.Advance(TimeSpan.FromSeconds(1));
        pair.Receiver.TryReceive(out var first, s_never).ShouldBeTrue();
        first.Slot.ShouldBe(0u);
        IsLanded(pair).ShouldBe(lands);
        pair.Sender.Poll(new ulong[4], s_never).ShouldBe(completes ? 2 : 1);
        network.ResumeAll();
        network.Advance(TimeSpan.FromSeconds(1));
        if (fault == SimulatedFault.Stall)
            IsLanded(pair).ShouldBeTrue();
    }

    [Fact]
    public void The_end_of_all_stalls_is_also_that_of_one_which_has_not_begun()
    {
        var (network, pair) = Make(1);
        network.Faults.DelayMin = network.Faults.DelayMax = TimeSpan.FromMilliseconds(10);
        network.Faults.OnWrite = static _ => SimulatedFault.Stall;
        using var _ = pair;
        Write(pair, 0);
        network.ResumeAll();
        network.Advance(TimeSpan.FromSeconds(1));
        IsLanded(pair).ShouldBeTrue("the write waits for an end of stalls that has been");
    }

    [Fact]
    public void A_torn_write_leaves_some_of_its_bytes_in_the_block()
    {
        var torn = Enumerable.Range(0, 20).Count(seed =>
        {
            _area.Fill(TestArea.Untouched);
            var (network, pair) = Make(seed);
            network.Faults.Chances[SimulatedFault.Torn] = 1;
            Write(pair, 0);
            network.Step().ShouldBeTrue();
            pair.ReceiveUntilError().ShouldBe(FabricError.PeerGone);
            return !_area.IsFilledWith(TestArea.Untouched);
        });
        torn.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_connection_can_be_refused()
    {
        var network = new SimulatedNetwork(1, virtualTime: true);
        network.Faults.RefuseConnection = number => number == 1;
        using var fabric = new SimulatedFabric(network);
        Should.Throw<FabricException>(() => new FabricPair(fabric, _area)).Error.ShouldBe(FabricError.Refused);
        using var second = new FabricPair(fabric, _area);
    }

    [Fact]
    public void An_abort_drops_what_is_under_way()
    {
        var (network, pair) = Make(1);
        Write(pair, 0);
        pair.Receiver.Abort();
        network.Advance(TimeSpan.FromSeconds(1));
        _area.IsFilledWith(TestArea.Untouched).ShouldBeTrue();
        Should.Throw<FabricException>(() => pair.Sender.Poll(new ulong[1], s_never)).Error.ShouldBe(FabricError.PeerGone);
    }

    [Fact]
    public void Memory_that_is_reused_before_its_completion_is_found_out()
    {
        var (network, pair) = Make(1);
        _source.Fill(1);
        Write(pair, 0);
        _source.Fill(2);
        network.Advance(TimeSpan.FromSeconds(1));
        _area.Block(0)[256].ShouldBe((byte)2);
    }

    private List<string> History(int seed)
    {
        var (network, pair) = Make(seed);
        network.Faults.DelayMax = TimeSpan.FromMilliseconds(5);
        network.Faults.Chances[SimulatedFault.Torn] = 0.1;
        network.Faults.Chances[SimulatedFault.LostCompletion] = 0.1;
        var history = new List<string>();
        try
        {
            for (var slot = 0u; slot < 8; slot++)
            {
                Write(pair, slot);
                network.Step();
                history.Add($"{network.Now} {pair.Sender.Poll(new ulong[8], s_never)}");
            }
        }
        catch (FabricException ended)
        {
            history.Add($"{network.Now} {ended.Message}");
        }
        history.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(_area.Bytes)));
        return history;
    }

    private static bool IsLanded(FabricPair pair)
    {
        try
        {
            return pair.Receiver.TryReceive(out _, s_never);
        }
        catch (FabricException)
        {
            return false;
        }
    }

    private void Write(FabricPair pair, uint slot) => pair.Write(TestFrame.Of(FabricPair.Epoch, slot, slot, _source.Part(0, 3000)), slot);

    private (SimulatedNetwork Network, FabricPair Pair) Make(int seed)
    {
        _area.Fill(TestArea.Untouched);
        var network = new SimulatedNetwork(seed, virtualTime: true);
        var pair = new FabricPair(new SimulatedFabric(network), _area);
        for (var slot = 0u; slot < 8; slot++)
            pair.Grant(slot);
        return (network, pair);
    }
}
