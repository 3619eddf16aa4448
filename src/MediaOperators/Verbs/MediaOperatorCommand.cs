using System.CommandLine;

namespace K8sMediaFlow.MediaOperators.Verbs;

/// <summary>The command line: one verb for each built-in media operator.</summary>
internal static class MediaOperatorCommand
{
    /// <summary>What a command line that cannot be read ends with; 1 is for work that failed.</summary>
    public const int UsageError = 2;

    public static RootCommand Build() => new("The built-in media operators of K8sMediaFlow, one verb each.")
    {
        DecodeVerb.Build(),
        EncodeVerb.Build(),
        ScaleVerb.Build(),
        AnalyseVerb.Build(),
        OverlayVerb.Build(),
        ExecVerb.Build(),
        SinkVerb.Build(),
        GenerateVerb.Build(),
    };

    /// <summary>Runs a command line; the result is the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Build().Parse(arguments);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync();
        foreach (var error in parsed.Errors)
            await Console.Error.WriteLineAsync("media-operator: " + error.Message);
        await Console.Error.WriteLineAsync("Try 'media-operator --help' or 'media-operator VERB --help'.");
        return UsageError;
    }
}
