using K8sMediaFlow.RdmaGuest;

// Runs the tests of this program, which need RDMA devices, and prints a line for each: Program [PART OF A NAME].
if (PeerProgram.TryRun(args) || LockingProgram.TryRun(args))
    return 0;
return GuestRun.Run(args.FirstOrDefault() ?? "") ? 0 : 1;
