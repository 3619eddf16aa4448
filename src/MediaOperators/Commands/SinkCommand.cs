using System.CommandLine;
using System.Text.Json;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.MediaOperators.Testing;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>sink: takes everything, counts it, and says what is wrong with it.</summary>
internal static class SinkCommand
{
    private static readonly Option<bool> _verify = new("--verify")
    {
        Description = "Frames must be generate's pattern, in order, none twice; else exit code 1.",
    };
    private static readonly Option<string?> _countFile = new("--count-file")
    {
        Description = "Counts of every port, written at the end.",
        HelpName = "FILE.json",
    };
    private static readonly Option<int> _delay = new("--delay-ms")
    {
        Description = "Time to keep each frame: a slow consumer.",
        HelpName = "MILLISECONDS",
    };

    public static Command Build()
    {
        var command = new Command("sink", "Takes the frames of every input port and counts them.")
        {
            _verify, _countFile, _delay, RecordOption.Record,
        };
        command.SetAction((line, _) => CommandHost.RunAsync("sink", media => RunAsync(media, line)));
        return command;
    }

    private static async Task RunAsync(MediaOperator media, ParseResult line)
    {
        if (media.Inputs.Count == 0 || media.Outputs.Count > 0)
            throw new MediaException("sink must have input ports and no output port");
        var delay = TimeSpan.FromMilliseconds(Math.Max(0, line.GetValue(_delay)));
        using var records = new PortRecords(line.GetValue(RecordOption.Record));
        CheckedPort[] ports = [.. media.Inputs.Select(input => new CheckedPort(input, line.GetValue(_verify), delay,
            records.Of(input.Name)))];
        try
        {
            await PumpAsync(ports, media.Stopping);
        }
        finally
        {
            if (line.GetValue(_countFile) is { } path)
                CountFile.Write(path, writer => WriteCounts(writer, ports));
        }
        foreach (var port in ports)
            Console.WriteLine($"sink: {port.Name} {port.Ledger.Frames} frames, {port.Ledger.Missing} missing, {port.Corrupt} corrupt");
        if (line.GetValue(_verify) && ports.Select(port => port.Fault).FirstOrDefault(fault => fault is not null) is { } fault)
            throw new MediaException(fault);
    }

    private static async Task PumpAsync(CheckedPort[] ports, CancellationToken stopping)
    {
        using var threads = new PortThreads(stopping);
        foreach (var port in ports)
            threads.Start("sink " + port.Name, port.Pump);
        await threads.WhenAllAsync();
    }

    private static void WriteCounts(Utf8JsonWriter writer, CheckedPort[] ports)
    {
        writer.WriteStartObject("ports");
        foreach (var port in ports)
            port.Write(writer);
        writer.WriteEndObject();
    }
}
