using Xunit;

namespace K8sMediaFlow.TestKit;

/// <summary>A test that needs programs or rights of the machine. What is missing is named by the skip.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] programs)
    {
        var missing = programs.Where(program => !IsPresent(program)).ToArray();
        if (missing.Length > 0)
            Skip = "missing: " + string.Join(", ", missing);
    }

    private static bool IsPresent(string program) => program == "root"
        ? Environment.IsPrivilegedProcess
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
