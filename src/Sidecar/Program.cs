using K8sMediaFlow.Control.Hosting;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Sidecar.Hosting;

if (args is ["preflight", "--json"])
{
    var report = PreflightReport.Make();
    Console.WriteLine(report.ToJson());
    return report.IsUsable ? 0 : 1;
}
if (args is ["drain", var config])
    return DrainRequest.Run(config);
if (args is ["await", var awaited, var seconds])
    return AwaitRequest.Run(awaited, seconds);
if (args is not ([_] or ["--config", _]) || args[^1].StartsWith('-'))
{
    Console.Error.WriteLine("usage: k8smediaflow-sidecar [--config] FILE | await FILE SECONDS | drain FILE | preflight --json");
    return 2;
}
SidecarOptions options;
try
{
    options = SidecarOptionsFile.Read(args[^1]);
}
catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"cannot start: {wrong.Message}");
    return 1;
}
return await ServiceHost.RunAsync<SidecarService>(options.LogFormat, options.LogLevel, options);
