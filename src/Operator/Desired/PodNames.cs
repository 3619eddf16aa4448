using System.Security.Cryptography;
using System.Text;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>Names of pods: the stable name and an incarnation of five characters.</summary>
internal static class PodNames
{
    private const int IncarnationChars = 5;

    // More than a slot has pods within a second.
    private const int StepsMax = 8;
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>
    /// The incarnation after another one (null: the first of this pipeline). It follows from what is recorded and from nothing else:
    /// a controller that computes it again from the same record, after a crash or from a cache that trails, comes to the same name and
    /// makes no second pod.
    /// </summary>
    public static string Next(string pipelineUid, string stable, string? incarnation)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{pipelineUid}/{stable}/{incarnation}"));
        return string.Concat(hash.Take(IncarnationChars).Select(one => Alphabet[one % Alphabet.Length]));
    }

    /// <summary>Whether a pod was made after another one of its slot, whose name it follows from by a few steps.</summary>
    public static bool Follows(string pipelineUid, string stable, string podName, string other)
    {
        var next = Incarnation(stable, other);
        for (var step = 0; next is not null && step < StepsMax; step++)
            if (Of(stable, next = Next(pipelineUid, stable, next)) == podName)
                return true;
        return false;
    }

    public static string Of(string stable, string incarnation) => $"{stable}-{incarnation}";

    /// <summary>The incarnation in a pod's name, or null where the name is not one of this slot.</summary>
    public static string? Incarnation(string stable, string podName) =>
        podName.Length == stable.Length + 1 + IncarnationChars && podName.StartsWith(stable + "-", StringComparison.Ordinal)
            ? podName[(stable.Length + 1)..]
            : null;
}
