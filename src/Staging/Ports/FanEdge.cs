namespace K8sMediaFlow.Staging.Ports;

/// <summary>One edge that leaves an output port, with a seat for each of its consumers.</summary>
internal sealed class FanEdge(int number, FanDistribution distribution)
{
    private int _served = -1;

    public readonly ulong Bit = 1UL << number;
    public readonly FanDistribution Distribution = distribution;
    public readonly List<FanSeat> Seats = [];

    /// <summary>What waits to be sent to any one of the consumers.</summary>
    public readonly IntDeque Owed = new();

    /// <summary>Frames that can be pushed at this moment beyond what is owed already.</summary>
    public int Room
    {
        get
        {
            if (AllCompleted)
                return int.MaxValue;
            var (sum, least) = (0, int.MaxValue);
            foreach (var seat in Seats)
            {
                if (seat.IsCompleted)
                    continue;
                var room = seat.Room - seat.Owed.Count;
                sum += Math.Max(room, 0);
                least = Math.Min(least, room);
            }
            return Distribution == FanDistribution.RoundRobin ? sum - Owed.Count : Seats.Count == 0 ? 0 : least;
        }
    }

    /// <summary>Nobody is left who could want anything.</summary>
    public bool AllCompleted => Seats.Count > 0 && Seats.TrueForAll(static seat => seat.IsCompleted);

    public bool HasOpenSeat => Seats.Exists(static seat => seat.IsOpen && !seat.EndSent);

    /// <summary>The next seat after the one served last that has room and knows the regions; null: none.</summary>
    public FanSeat? Next(ref Channels.FrameDescriptor descriptor)
    {
        for (var step = 1; step <= Seats.Count; step++)
        {
            var seat = Seats[(_served + step + Seats.Count) % Seats.Count];
            if (seat.Room > 0 && seat.Knows(ref descriptor))
                return seat;
        }
        return null;
    }

    public void Served(FanSeat seat) => _served = Seats.IndexOf(seat);
}
