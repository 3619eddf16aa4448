using YamlDotNet.Core;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>A place in a file, counted from 1 as editors do.</summary>
public readonly record struct TextPlace(long Line, long Column)
{
    internal static TextPlace Of(Mark mark) => new(mark.Line, mark.Column);
}
