using K8sMediaFlow.MediaOperators.Commands;

return await MediaOperatorCommand.RunAsync(args);
