using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>
/// One pod's sidecar: the product's program, one life after the other, each of which goes on from the plan that is stored in the pod.
/// </summary>
internal sealed class SidecarProcess : IDisposable
{
    // Not before it follows its plan; asking whether it does would cost the guest more than the start itself.
    private const string Listening = ": control on ";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(PodFabrics.PatienceSeconds);

    private readonly ConcurrentQueue<string> _words = new();
    private readonly string _folder, _name, _optionsFile;
    private readonly ControlClient _control;
    private Process _life;
    private int _lives;

    /// <param name="name">Of the pod's media operator.</param>
    /// <param name="options">Its files are in the state directory's parent already.</param>
    /// <param name="control">How to call it.</param>
    public SidecarProcess(string name, SidecarOptions options, ControlClientOptions control)
    {
        (_name, _folder) = (name, Path.GetDirectoryName(options.StateDirectory)!);
        _optionsFile = Path.Combine(_folder, "sidecar.json");
        File.WriteAllBytes(_optionsFile, options.ToJson());
        _control = new ControlClient(control) { Deadline = s_patience };
        _life = Start();
    }

    /// <summary>What all lives said.</summary>
    public string Words => $"sidecar of {_name}:\n{string.Join('\n', _words)}\n";

    public void AwaitListening() =>
        Watchdog.Until(() => _words.Count(line => line.Contains(Listening, StringComparison.Ordinal)) == _lives,
            () => $"life {_lives} does not start; {Words}");

    public Task<MediaOperator> AttachAsync() => MediaOperator.AttachAsync(new MediaOperatorOptions
    {
        SocketPath = Path.Combine(_folder, "socket"),
        TokenFile = Path.Combine(_folder, "token"),
        Name = _name,
        AttachTimeout = s_patience,
        ReattachTimeout = s_patience,
        DrainPatience = s_patience,
    });

    /// <summary>
    /// What it says of its one link; null where it did not answer in the time that a handshake has, which the guest may need more than
    /// once.
    /// </summary>
    public async Task<LinkStatus?> LinkAsync()
    {
        using var bound = new CancellationTokenSource(s_patience);
        try
        {
            await foreach (var status in _control.WatchStatusAsync(TimeSpan.FromSeconds(1), bound.Token))
                return status.Links.Single();
        }
        catch (ControlException late) when (late.Status is StatusCode.DeadlineExceeded or StatusCode.Unavailable)
        {
        }
        return null;
    }

    /// <summary>SIGKILL, and when the kernel has taken back what it had, the next life.</summary>
    public void KillAndStartAgain()
    {
        _life.HasExited.ShouldBeFalse(Words);
        Kill();
        _life = Start();
        AwaitListening();
    }

    /// <summary>It ends by itself when all has arrived and both pods know it.</summary>
    public int AwaitExit()
    {
        _life.WaitForExit(s_patience).ShouldBeTrue("does not end; " + Words);
        return _life.ExitCode;
    }

    public void Dispose()
    {
        _control.Dispose();
        Kill();
    }

    /// <summary>
    /// The native program, which the script of the tests makes: on the guest's processors a start of what has to compile itself takes 11 to
    /// 20 s.
    /// </summary>
    private Process Start()
    {
        var start = new ProcessStartInfo(Path.Combine(Sources.Root, "artifacts", "bin", "k8smediaflow-sidecar"), ["--config", _optionsFile])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // As a run has it, and as this program has it for its own sake.
        (start.Environment["DOTNET_EnableDiagnostics"], start.Environment["DOTNET_TieredPGO"]) = ("0", "0");
        _lives++;
        var life = Process.Start(start)!;
        life.OutputDataReceived += (_, line) => _words.Enqueue(line.Data ?? "");
        life.ErrorDataReceived += (_, line) => _words.Enqueue(line.Data ?? "");
        life.BeginOutputReadLine();
        life.BeginErrorReadLine();
        return life;
    }

    private void Kill()
    {
        _life.Kill();
        _life.WaitForExit(s_patience).ShouldBeTrue("does not die");
        _life.Dispose();
    }
}
