using K8sMediaFlow.Cli;

return await CommandRoot.Create().Parse(args).InvokeAsync(CommandRoot.Invocation());
