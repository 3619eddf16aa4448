using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Channels;

public sealed class TicketTableTests
{
    [Fact]
    public void Random_use_with_collisions_agrees_with_a_dictionary()
    {
        var random = new Random(Seed.Take(nameof(Random_use_with_collisions_agrees_with_a_dictionary)));
        foreach (var capacity in new[] { 1, 4, 16 })
        {
            var table = new TicketTable(capacity);
            var model = new Dictionary<ulong, bool>();
            for (var step = 0; step < 50_000; step++)
            {
                // Few distinct low bits, so that most tickets collide.
                var ticket = ((ulong)random.Next(1, 5) * 64) + (ulong)random.Next(3) + 1;
                if (random.Next(2) == 0 && model.Count < capacity && model.TryAdd(ticket, false))
                    table.Add(ticket);
                var kind = (ReturnKind)random.Next(0, 5);
                table.Mark(ticket, kind).ShouldBe(Expected(model, ticket, kind));
                table.Count.ShouldBe(model.Count);
                table.NotReturned.ShouldBe(model.Values.Count(returned => !returned));
            }
            Listed(table, capacity).ShouldBe(model.OrderBy(entry => entry.Key).Select(entry => (entry.Key, entry.Value)));
        }
    }

    private static (ulong, bool)[] Listed(TicketTable table, int capacity)
    {
        var into = new (ulong, bool)[capacity];
        return into[..table.CopyTo(into)];
    }

    private static ChannelViolation Expected(Dictionary<ulong, bool> model, ulong ticket, ReturnKind kind)
    {
        if (kind is ReturnKind.None or > ReturnKind.Both)
            return ChannelViolation.BadReturnKind;
        if (!model.TryGetValue(ticket, out var isReturned))
            return ChannelViolation.UnknownTicket;
        var returns = kind != ReturnKind.Done;
        if (returns && isReturned)
            return ChannelViolation.ReturnedTwice;
        if (!returns && !isReturned)
            return ChannelViolation.DoneBeforeReturned;
        model[ticket] = true;
        if (kind != ReturnKind.Returned)
            model.Remove(ticket);
        return ChannelViolation.None;
    }
}
