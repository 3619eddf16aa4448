using Xunit;

namespace K8sMediaFlow.TestKit;

/// <summary>
/// A test that needs programs or rights of the machine. What is missing is named by the skip. "root" is a right, "kubernetes" what
/// tests/support/cluster/build.sh makes, "images" what images/build.sh makes, "crdserver" what tests/support/crdserver/build.sh makes,
/// "previous release" what tests/support/compatibility/build.sh makes.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] programs)
    {
        Skip = Reason(programs);
    }

    internal static string? Reason(string[] programs)
    {
        var missing = programs.Where(program => !IsPresent(program))
            .Select(program => program == "previous release" ? $"{program} {PreviousRelease.Commit}" : program).ToArray();
        return missing.Length > 0 ? "missing: " + string.Join(", ", missing) : null;
    }

    private static bool IsPresent(string program) => program switch
    {
        // A cluster whose parts can be taken away, and one that notes who writes: those that tests start are both.
        "faults" => Clusters.GivenCluster.Has("networks"),
        "audit" => Clusters.GivenCluster.Has("log/audit.log"),
        "root" => Environment.IsPrivilegedProcess,
        "kubernetes" => Clusters.KubernetesBuild.IsPresent,
        "crdserver" => Clusters.CrdServer.IsPresent,
        "images" => ImageArchives.ArePresent,
        "previous release" => PreviousRelease.IsPresent,
        _ => Downloads.Find(program) is not null
            || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))),
    };
}
