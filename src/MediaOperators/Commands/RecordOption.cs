using System.CommandLine;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>
/// The option of generate and sink that says where they record which frames passed; comparing the two shows what was lost, doubled or out
/// of order.
/// </summary>
internal static class RecordOption
{
    public static Option<string?> Record { get; } = new("--record")
    {
        Description = "Record how often each sequence passed, in files PATH-PORT-STREAM that outlive a crash: a byte per sequence.",
        HelpName = "PATH",
    };
}
