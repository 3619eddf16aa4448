using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Sidecar.Hosting;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>The startup probe waits for the sidecar within one try, so that a slow start is no Warning.</summary>
public sealed class AwaitTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-await-");
    private int _asked;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task One_try_lasts_until_a_sidecar_that_starts_late_listens()
    {
        var port = FreePort();
        var awaited = Task.Run(() => AwaitRequest.Run(Options(port), "120"));
        await Task.Delay(200);
        awaited.IsCompleted.ShouldBeFalse("nobody is there");
        await using var server = new PlainHttpServer(IPAddress.Loopback, port, new Dictionary<string, Func<PlainPage>>
        {
            ["/startupz"] = Page,
        });
        await server.StartAsync(CancellationToken.None);
        (await awaited.WaitAsync(Hang.Bound)).ShouldBe(0);
        _asked.ShouldBe(3, "it is good with the third answer, and not asked again");
    }

    [Fact]
    public void A_sidecar_that_never_listens_is_waited_for_within_bounds() => AwaitRequest.Run(Options(FreePort()), "0.2").ShouldBe(1);

    [Fact]
    public async Task A_sidecar_that_takes_connections_and_says_nothing_is_not_waited_for_without_end()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var awaited = Task.Run(() => AwaitRequest.Run(Options(((IPEndPoint)deaf.LocalEndpoint).Port), "0.1"));
        (await awaited.WaitAsync(Hang.Bound)).ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("1e9")]
    public void A_wrong_number_of_seconds_is_refused(string seconds) => AwaitRequest.Run(Options(FreePort()), seconds).ShouldBe(1);

    [Fact]
    public void Options_that_are_not_there_are_an_error_at_once() =>
        AwaitRequest.Run(Path.Combine(_folder.FullName, "none.json"), "3000").ShouldBe(1);

    private PlainPage Page() => Interlocked.Increment(ref _asked) < 3 ? PlainPage.Bad("not listening yet") : PlainPage.Good();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Options(int port)
    {
        var (file, certificate) = (Path.Combine(_folder.FullName, "sidecar.json"), Path.Combine(_folder.FullName, "tls"));
        File.WriteAllText(certificate, "");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            pod = "a",
            address = "127.0.0.1",
            controlPort = 1,
            linkPort = 2,
            dataPort = 3,
            healthPort = port,
            socketPath = "/run/k/sidecar.sock",
            stateDirectory = "/var/lib/k",
            certificateFile = certificate,
            keyFile = certificate,
            caFile = certificate,
        }));
        return file;
    }
}
