using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Operator.Tests.Plans;

/// <summary>When a sidecar is called that could not be reached.</summary>
public sealed class SidecarSessionTests
{
    private static readonly TimeSpan Patience = Hang.Bound, Never = TimeSpan.FromHours(10);

    private readonly IPAddress _address = IPAddress.Parse($"127.213.{Environment.ProcessId % 250}.7");

    [Fact]
    public async Task A_sidecar_is_called_at_once_when_its_containers_have_started_and_once_for_each_start()
    {
        await using var session = new SidecarSession(new("uid", "pod", _address, ["k8smediaflow://n/p/o"]), NoIdentity, null!, () => { },
            NullLogger.Instance, CancellationToken.None, new BackOff(Never, Never));
        await UntilAsync(() => session.Report.Unreachable.Length > 0);
        using var listener = new TcpListener(_address, PodPaths.ControlPort);
        listener.Start();
        var at = DateTimeOffset.UnixEpoch;
        for (var start = 1; start <= 3; start++)
        {
            session.Started(at.AddSeconds(start));
            (await listener.AcceptTcpClientAsync().WaitAsync(Patience)).Dispose();
        }
        await Task.Delay(500);
        session.Started(at.AddSeconds(3));
        await Task.Delay(500);
        listener.Pending().ShouldBeFalse("it is called although nothing has started");
    }

    private static TlsIdentity NoIdentity() => throw new InvalidOperationException("no handshake comes so far");

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var watchdog = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(10, watchdog.Token);
    }
}
