using K8sMediaFlow.RdmaGuest;

// Runs the tests of this program, which need RDMA devices, and prints a line for each: Program [PART OF A NAME].
if (PeerProgram.TryRun(args) || LockingProgram.TryRun(args))
    return 0;
if (Environment.GetEnvironmentVariable("K8SMEDIAFLOW_GUEST") != "1")
{
    // They pull cables: on a machine of somebody's that would be its own network.
    Console.Error.WriteLine("These tests run in the guest alone: tests/support/rdma/run.sh dotnet THIS");
    return 2;
}
return GuestRun.Run(args.FirstOrDefault() ?? "") ? 0 : 1;
