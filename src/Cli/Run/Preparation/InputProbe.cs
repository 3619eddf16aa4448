using System.Diagnostics;
using System.Text;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>Reads a source's caps from its input, so that one document serves any clip.</summary>
internal static class InputProbe
{
    private const string InputOption = "--input";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The pipeline with the caps that its first source's input really has; without sound or picture, also without what carries it.
    /// </summary>
    /// <exception cref="RunException">No source names an input, or ffprobe cannot read it.</exception>
    public static async Task<PipelineGraph> ApplyAsync(PipelineGraph graph, CancellationToken cancellation)
    {
        var source = graph.Operators.FirstOrDefault(node => node.Inputs.Count == 0 && Input(node) is not null)
            ?? throw new RunException($"--probe: no media operator without inputs has {InputOption} in its args");
        var media = await ReadAsync(Input(source)!, cancellation);
        return ProbedCaps.Apply(graph, source, media);
    }

    private static string? Input(MediaOperatorNode node)
    {
        var at = node.Args.ToList().IndexOf(InputOption);
        if (at >= 0 && at + 1 < node.Args.Count)
            return node.Args[at + 1];
        return node.Args.FirstOrDefault(arg => arg.StartsWith(InputOption + "=", StringComparison.Ordinal))?[(InputOption.Length + 1)..];
    }

    private static async Task<InputMedia> ReadAsync(string input, CancellationToken cancellation)
    {
        if (!input.Contains("://", StringComparison.Ordinal) && !File.Exists(input))
            throw new RunException($"there is no file '{input}'");
        var start = new ProcessStartInfo("ffprobe", ["-v", "error", "-of", "json", "-show_streams", Url(input)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(start)!;
            return InputMedia.Parse(input, await AnswerAsync(input, process, bounded.Token));
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new RunException("--probe needs ffprobe, which is not installed (Debian package ffmpeg)", error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RunException($"{input}: ffprobe did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>The prefix keeps a name such as "-take:2.mp4" from being read as an option or a protocol.</summary>
    internal static string Url(string input) => input.Contains("://", StringComparison.Ordinal) ? input : "file:" + input;

    private static async Task<ReadOnlyMemory<byte>> AnswerAsync(string input, Process process, CancellationToken cancellation)
    {
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var answer = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
                throw new RunException($"{input}: ffprobe cannot read it: {(await errors).Trim()}");
            return Encoding.UTF8.GetBytes(answer);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
