using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>One edge of a fan with consumers that take, give back, die and come again at random, and what each of them was told.</summary>
internal sealed class RandomConsumers
{
    private sealed class Place
    {
        public FakeChannel? Channel;
        public readonly List<ulong> Held = [];
        public readonly List<FrameDescriptor> Told = [];
        public bool Ended;
    }

    private readonly FanOut _fan;
    private readonly Random _random;
    private readonly Dictionary<int, Place> _places = [];

    public RandomConsumers(FanOut fan, Random random, int subscribers, FanOutDistribution distribution, EdgePolicy? policy)
    {
        (_fan, _random, Distribution, Policy) = (fan, random, distribution, policy);
        var edge = fan.AddEdge(distribution, policy);
        for (var subscriber = 0; subscriber < subscribers; subscriber++)
            _places.Add(fan.AddSubscriber(edge), new Place());
        foreach (var subscriber in _places.Keys)
            Come(subscriber);
    }

    public FanOutDistribution Distribution { get; }

    public EdgePolicy? Policy { get; }

    public int Deaths { get; private set; }

    /// <summary>What each consumer's place was told, over all lives.</summary>
    public IEnumerable<IReadOnlyList<FrameDescriptor>> Told => _places.Values.Select(place => place.Told);

    public bool HaveEnded => _places.Values.All(place => place.Ended);

    /// <summary>Something happens at one of the places.</summary>
    public void Step(bool mayDie)
    {
        var (subscriber, place) = _places.ElementAt(_random.Next(_places.Count));
        switch (_random.Next(8))
        {
            case 0 or 1 or 2:
                Take(place);
                break;
            case 3 or 4:
                GiveBack(place);
                break;
            case 5 when mayDie && _random.Next(10) == 0:
                Die(subscriber, place);
                break;
            default:
                if (place.Channel is null)
                    Come(subscriber);
                break;
        }
        _fan.DrainReturns();
    }

    /// <summary>Everybody is there, takes all that there is and gives it back.</summary>
    public void Finish()
    {
        foreach (var (subscriber, place) in _places)
        {
            if (place.Channel is null)
                Come(subscriber);
            while (Take(place))
            {
            }
            while (place.Held.Count > 0)
                GiveBack(place);
        }
        _fan.DrainReturns();
    }

    private void Come(int subscriber)
    {
        _places[subscriber].Channel = new FakeChannel(64, canTakeBack: Policy is not null);
        _fan.Attach(subscriber, _places[subscriber].Channel!);
        _fan.Pump();
    }

    private void Die(int subscriber, Place place)
    {
        if (place.Channel is not { } channel)
            return;
        Deaths++;
        (place.Channel, place.Ended) = (null, false);
        place.Held.Clear();
        _fan.Detach(subscriber, isCompleted: false);
        _fan.TakeBack(channel);
    }

    private static bool Take(Place place)
    {
        if (place.Channel is null || !place.Channel.TryPop(out var descriptor))
            return false;
        place.Told.Add(descriptor);
        place.Ended |= descriptor.Kind == FrameKind.EndOfStream;
        place.Held.Add(descriptor.Ticket);
        return true;
    }

    private void GiveBack(Place place)
    {
        if (place.Held.Count == 0)
            return;
        var which = _random.Next(place.Held.Count);
        place.Channel!.Return(place.Held[which], ReturnKind.Both);
        place.Held.RemoveAt(which);
    }
}
