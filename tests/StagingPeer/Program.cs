using K8sMediaFlow.StagingPeer;

// The other process of the staging tests: StagingPeer produce|consume SOCKET [FRAMES]. It is killed at random moments.
using var introduction = Introduction.Receive(args[1]);
switch (args[0])
{
    case "produce":
        Producing.Run(introduction, long.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case "consume":
        Consuming.Run(introduction);
        return 0;
    default:
        return 2;
}
