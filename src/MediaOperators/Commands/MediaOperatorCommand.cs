using System.CommandLine;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>The command line: one verb for each built-in media operator.</summary>
internal static class MediaOperatorCommand
{
    /// <summary>What a command line that cannot be read ends with; 1 is for work that failed.</summary>
    public const int UsageError = 2;

    /// <summary>The first ones explain the others, as a word too many does that makes each behind it one.</summary>
    private const int ErrorsShownMax = 3;

    // The library would end the process two seconds after SIGTERM. The SDK answers it: encode needs the time to finish its file.
    private static readonly InvocationConfiguration _invocation = new() { ProcessTerminationTimeout = null };

    public static RootCommand Build() => new("The built-in media operators of K8sMediaFlow, one verb each.")
    {
        DecodeCommand.Build(),
        EncodeCommand.Build(),
        ScaleCommand.Build(),
        AnalyseCommand.Build(),
        OverlayCommand.Build(),
        ExecCommand.Build(),
        SinkCommand.Build(),
        GenerateCommand.Build(),
    };

    /// <summary>
    /// Runs a command line; the result is the process's exit code. What is wrong with it is said in a few lines, without the description of
    /// everything.
    /// </summary>
    /// <param name="standardError">Where that is said; the process's own unless given.</param>
    public static async Task<int> RunAsync(string[] arguments, TextWriter? standardError = null)
    {
        standardError ??= Console.Error;
        var parsed = Build().Parse(arguments);
        var errors = Errors(parsed);
        if (errors.Count == 0)
            return await parsed.InvokeAsync(_invocation);
        foreach (var error in errors.Take(ErrorsShownMax))
            await standardError.WriteLineAsync("media-operator: " + error);
        await standardError.WriteLineAsync("Try 'media-operator --help' or 'media-operator VERB --help'.");
        return UsageError;
    }

    private static List<string> Errors(ParseResult parsed)
    {
        List<string> errors = [.. parsed.Errors.Select(error => error.Message)];
        if (errors.Count == 0 && FFmpegOptions.Stray(parsed) is { } stray)
            errors.Add($"Unknown argument '{stray}'. ffmpeg's own options stand after \"--\".");
        return errors;
    }
}
