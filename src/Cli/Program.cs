using K8sMediaFlow.Cli;

return await CommandRoot.RunAsync(args, CommandRoot.Invocation());
