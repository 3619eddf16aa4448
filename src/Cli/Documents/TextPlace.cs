using YamlDotNet.Core;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>A place in a file, counted from 1 as editors do, and the text of the plain value that is there.</summary>
public readonly record struct TextPlace(long Line, long Column, string? Written = null)
{
    internal static TextPlace Of(Mark mark) => new(mark.Line, mark.Column);
}
