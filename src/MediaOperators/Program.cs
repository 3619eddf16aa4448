using K8sMediaFlow.MediaOperators.Verbs;

return await MediaOperatorCommand.RunAsync(args);
