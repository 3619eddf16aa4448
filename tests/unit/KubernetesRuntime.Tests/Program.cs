using K8sMediaFlow.KubernetesRuntime.Tests.Leadership;

// The test assembly is also the process that its tests start: a leader that can be stopped.
return args is ["leader", ..] ? await LeaderProcess.RunAsync(args[1..]) : 2;
