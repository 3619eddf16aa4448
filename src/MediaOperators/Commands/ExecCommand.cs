using System.CommandLine;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>exec: any program between two pipes becomes a media operator.</summary>
internal static class ExecCommand
{
    private const int StallSeconds = 60;

    private static readonly Argument<string[]> _program = ProgramArgument();

    private static readonly Option<int> _stallSeconds = new("--stall-seconds")
    {
        Description = "Fail if the program holds frames without writing one for so long; 0 for never.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => StallSeconds,
    };

    public static Command Build()
    {
        var command = new Command("exec", "Makes a media operator of any program that reads and writes raw frames.")
        {
            _stallSeconds, _program,
        };
        command.SetAction((line, _) =>
        {
            var words = line.GetValue(_program)!;
            var program = new BridgedProgram(words[0], words[1..], TimeSpan.FromSeconds(Math.Max(0, line.GetValue(_stallSeconds))));
            return CommandHost.RunAsync("exec", media => RunAsync(media, program));
        });
        return command;
    }

    private static Argument<string[]> ProgramArgument()
    {
        var program = new Argument<string[]>("PROGRAM")
        {
            Description = "After \"--\": the program and its arguments. It reads raw frames of the input port on standard input and writes raw "
                + "frames of the output port on standard output, one for one; if the ports' frame rates differ, the output is a stream of its own. "
                + "It may hold back fewer frames than its input lends (maxBorrowed): ffmpeg holds none with -threads 1 -flush_packets 1 before its output.",
            Arity = ArgumentArity.OneOrMore,
        };
        // The parser takes an unknown option for the first word of the program.
        program.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] } first, ..])
                result.AddError($"Unknown argument '{first.Value}'. The program stands after \"--\".");
        });
        return program;
    }

    private static async Task RunAsync(MediaOperator media, BridgedProgram program)
    {
        var ports = Ports.Of(media).Filter();
        using var bridge = new RawBridge(program, media.Inputs[ports.Input], media.Outputs[ports.Output]);
        await bridge.RunAsync(media.Stopping);
    }
}
