using K8sMediaFlow.Control.Hosting;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Operator.Hosting;

if (args is [ReadyQuestion.Command, var address])
    return await ReadyQuestion.AskAsync(address, Console.Out);
ControllerOptions options;
try
{
    options = ControllerOptions.Read(args, Environment.GetEnvironmentVariable);
}
catch (OptionsException wrong)
{
    await Console.Error.WriteLineAsync($"k8smediaflow-controller: {wrong.Message}");
    return 2;
}
return await ServiceHost.RunAsync<ControllerService>(LogFormat.Json, options.LogLevel, options);
