// The test assembly is also the process that a test starts: one with a thread pool of its own.
K8sMediaFlow.Sdk.Tests.Children.TwoThreads.Run(args);
