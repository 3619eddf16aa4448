using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Doctor;

/// <summary>
/// <c>doctor</c>: whether this machine's sidecar could use RDMA. It asks the sidecar itself, which is the one that will try.
/// </summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    internal static Command Create()
    {
        var sidecar = new Option<string?>("--sidecar")
        {
            Description = "The sidecar program to ask; without it the one beside this program.",
        };
        var form = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        form.AcceptOnlyFromAmong("text", "json");
        var command = new Command("doctor",
            "Say whether this machine can move frames by RDMA, and if not, why and what to do. Exit code 1 where it cannot.")
            {
                sidecar, form,
            };
        command.SetAction(parsed => Run(parsed.GetValue(sidecar), parsed.GetRequiredValue(form), parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string? sidecar, string form, TextWriter output, TextWriter errors)
    {
        try
        {
            var program = sidecar ?? LocalPrograms.Sidecar();
            var json = Ask(program);
            var report = Read(program, json);
            if (form == "json")
                output.Write(json);
            else
                report.WriteTo(output);
            return report.Devices.Any(one => one.Usable) ? 0 : 1;
        }
        catch (RunException error)
        {
            errors.WriteLine(error.Message);
            return 2;
        }
    }

    private static DoctorReport Read(string program, string json)
    {
        try
        {
            return DoctorReport.Read(json);
        }
        catch (JsonException unknown)
        {
            throw new RunException($"{program} preflight --json does not say what a sidecar says: {unknown.Message}", unknown);
        }
    }

    private static string Ask(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["preflight", "--json"]) { RedirectStandardOutput = true })!;
            var answer = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(s_patience) || !answer.Wait(s_patience))
            {
                process.Kill();
                throw new RunException($"{program} preflight --json did not end within {s_patience.TotalSeconds} s");
            }
            return answer.Result;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new RunException($"{program} cannot be started: {failure.Message}", failure);
        }
    }
}
