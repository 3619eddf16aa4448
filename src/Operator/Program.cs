using System.Runtime.InteropServices;
using K8sMediaFlow.Kubernetes.Connection;
using K8sMediaFlow.Operator.Hosting;
using Microsoft.Extensions.Logging;

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

using var end = new CancellationTokenSource();
void End(PosixSignalContext context)
{
    context.Cancel = true;
    end.Cancel();
}

using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var logging = LoggerFactory.Create(builder => builder.SetMinimumLevel(options.LogLevel).AddJsonConsole(json =>
{
    json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    json.UseUtcTimestamp = true;
}));
try
{
    await ControllerHost.RunAsync(options, logging, end.Token);
    return 0;
}
catch (OperationCanceledException) when (end.IsCancellationRequested)
{
    return 0;
}
catch (Exception error) when (error is ConnectionException or IOException)
{
    logging.CreateLogger("controller").LogCritical("{Error}", error.Message);
    return 1;
}
