using System.CommandLine;
using System.CommandLine.Parsing;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>Arguments that are handed on to ffmpeg as they are: what comes after "--".</summary>
/// <remarks>
/// Rejected: an option that holds them as one text. It would need rules of its own for blanks and quotes, and "-h" in it reads as ours.
/// </remarks>
internal static class FFmpegOptions
{
    private const string Name = "FFMPEG";

    public static Argument<string[]> Named(string place) => new(Name)
    {
        Description = $"After \"--\": ffmpeg's own options {place}, each word an argument of its own: -- -ss 10 -t 5",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>A word that the parser took for one of ffmpeg's although no "--" comes before it; null where there is none.</summary>
    public static string? Stray(ParseResult parsed)
    {
        if (!parsed.CommandResult.Command.Arguments.Any(argument => argument.Name == Name))
            return null;
        var words = parsed.CommandResult.Tokens;
        var handedOn = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        return words.Count > handedOn ? words[0].Value : null;
    }
}
