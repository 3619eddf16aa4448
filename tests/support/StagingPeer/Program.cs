using K8sMediaFlow.Native;
using K8sMediaFlow.StagingPeer;

// The other process of the staging tests: StagingPeer produce SOCKET FRAMES | consume SOCKET | consume-asleep SOCKET | spawn. It is killed
// at random moments.
if (args is ["spawn"])
{
    // The grandchild holds standard output for as long as it lives.
    var child = ChildProcess.Start(new() { File = "sleep", Arguments = ["600"] });
    Console.WriteLine(child.ProcessId);
    Thread.Sleep(Timeout.Infinite);
}
using var introduction = Introduction.Receive(args[1]);
switch (args[0])
{
    case "produce":
        Producing.Run(introduction, long.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case "consume":
        return Consuming.Run(introduction, isAlwaysAsleep: false);
    case "consume-asleep":
        return Consuming.Run(introduction, isAlwaysAsleep: true);
    default:
        return 2;
}
