using System.Globalization;

namespace K8sMediaFlow.Native;

/// <summary>What the kernel's table of processes says of one.</summary>
internal static class ProcessFlags
{
    // PF_EXITING: set before a process closes its descriptors, and never taken back.
    private const uint Exiting = 0x4;

    // Of what stands after the name, which may hold anything: state, parent, group, session, terminal, its group, flags.
    private const int FlagsField = 6;

    /// <summary>True for one that is gone as well; false where the kernel does not say.</summary>
    public static bool IsEnding(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" || (uint.Parse(fields[FlagsField], CultureInfo.InvariantCulture) & Exiting) != 0;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
    }
}
