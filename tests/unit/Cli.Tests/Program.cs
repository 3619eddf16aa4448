using K8sMediaFlow.Cli;
using K8sMediaFlow.Cli.Tests.Runs;

// The test assembly is also the processes that its tests start: a sidecar without data plane, and the Cli itself.
return args is ["cli", ..]
    ? await CommandRoot.RunAsync(args[1..], CommandRoot.Invocation())
    : await FakeSidecar.RunAsync(args);
