using System.CommandLine;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary><c>inspect</c>: headers and bitmaps of regions and the rings of channels, read-only, while the run goes on.</summary>
internal static class InspectCommand
{
    internal static Command Create()
    {
        var run = new Option<string?>("--run")
        {
            Description = "The run's directory or the end of its name; not needed where only one run lives.",
        };
        var pod = new Option<string?>("--pod") { Description = "Only this pod." };
        var form = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        form.AcceptOnlyFromAmong("text", "json");
        var command = new Command("inspect",
            "Show the shared memory of a local run: regions with their blocks, channels with their rings. Read-only; the run does not notice.")
            {
                run, pod, form,
            };
        command.SetAction(parsed => Run(
            parsed.GetValue(run), parsed.GetValue(pod), parsed.GetRequiredValue(form), parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string? run, string? pod, string form, TextWriter output, TextWriter errors)
    {
        var pods = new List<ObservedPod>();
        try
        {
            pods.AddRange(Chosen(RunManifest.Find(run), pod).Select(ObservedPod.Attach));
            if (form == "json")
                output.WriteLine(Json(pods));
            else
                pods.ForEach(one => InspectReport.WriteText(one, output));
            return 0;
        }
        catch (RunException error)
        {
            errors.WriteLine(error.Message);
            return 1;
        }
        finally
        {
            pods.ForEach(one => one.Dispose());
        }
    }

    private static List<RunPod> Chosen(RunManifest run, string? pod)
    {
        var chosen = run.Pods.Where(one => pod is null || one.Name == pod).ToList();
        return chosen.Count > 0
            ? chosen
            : throw new RunException($"the run has no pod '{pod}' (it has: {string.Join(", ", run.Pods.Select(one => one.Name))})");
    }

    private static string Json(IEnumerable<ObservedPod> pods)
    {
        using var memory = new MemoryStream();
        InspectReport.WriteJson(pods, memory);
        return System.Text.Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }
}
