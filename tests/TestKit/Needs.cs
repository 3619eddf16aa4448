using Xunit;

namespace K8sMediaFlow.TestKit;

/// <summary>A test that needs programs or rights of the machine. What is missing is named by the skip. "root" is a right, "kubernetes" what tests/cluster/build.sh makes, "images" what images/build.sh makes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] programs)
    {
        Skip = Reason(programs);
    }

    internal static string? Reason(string[] programs)
    {
        var missing = programs.Where(program => !IsPresent(program)).ToArray();
        return missing.Length > 0 ? "missing: " + string.Join(", ", missing) : null;
    }

    private static bool IsPresent(string program) => program switch
    {
        // A cluster whose parts can be taken away, and one that notes who writes: those that tests start are both.
        "faults" => Clusters.GivenCluster.Has("networks"),
        "audit" => Clusters.GivenCluster.Has("log/audit.log"),
        "root" => Environment.IsPrivilegedProcess,
        "kubernetes" => Clusters.KubernetesBuild.IsPresent,
        "images" => ImageArchives.ArePresent,
        _ => Downloads.Find(program) is not null || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))),
    };
}
