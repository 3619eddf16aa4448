using System.Diagnostics;
using Spectre.Console;

namespace K8sMediaFlow.Cli.Top;

/// <summary>Shows a board until it is told to stop: a live table on a terminal, plain lines once a second anywhere else.</summary>
internal sealed class ProgressView(string title, EdgeBoard board, Func<IReadOnlyList<string>> notices, IAnsiConsole console)
{
    private static readonly TimeSpan TableInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _noticesSaid;

    public async Task RunAsync(CancellationToken stopping)
    {
        if (console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi)
            await ShowTableAsync(stopping);
        else
            await WriteLinesAsync(stopping);
    }

    private Task ShowTableAsync(CancellationToken stopping) => console.Live(Table()).StartAsync(async live =>
    {
        while (await SleepAsync(TableInterval, stopping))
            live.UpdateTarget(Table());
        live.UpdateTarget(Table());
    });

    private Spectre.Console.Rendering.IRenderable Table() => EdgeTable.Render(title, board.Rows(), notices());

    private async Task WriteLinesAsync(CancellationToken stopping)
    {
        WriteLine(title);
        var shown = false;
        while (await SleepAsync(LineInterval, stopping))
        {
            WriteNotices();
            WriteRows();
            shown = true;
        }

        // One that is told to stop within its first interval, or that was starved that long, has shown nothing yet.
        if (!shown)
            WriteRows();
        WriteNotices();
    }

    private void WriteRows()
    {
        foreach (var row in board.Rows())
            WriteLine(EdgeLine.Render(Stopwatch.GetElapsedTime(_started), row));
    }

    private void WriteNotices()
    {
        foreach (var notice in notices().Skip(_noticesSaid))
        {
            WriteLine(notice);
            _noticesSaid++;
        }
    }

    // Not console.WriteLine: it breaks lines at the width of a terminal that is not there.
    private void WriteLine(string line) => console.Profile.Out.Writer.WriteLine(line);

    private static async Task<bool> SleepAsync(TimeSpan interval, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(interval, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
