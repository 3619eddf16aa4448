using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sMediaFlow.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shouldly;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>The tests' own plugin, held against a kubelet that keeps to the contract as the newer ones do.</summary>
public sealed class DevicePluginTests : IDisposable
{

    private readonly string _node = Directory.CreateTempSubdirectory("mf-plugin-").FullName;
    private readonly List<string> _heard = [];

    private string Folder => Path.Combine(_node, "kubelet", "device-plugins");

    [Fact]
    public async Task A_kubelet_that_asks_for_options_before_it_answers_the_registration_gets_them_and_devices_and_what_a_container_finds()
    {
        Directory.CreateDirectory(Folder);
        await using var kubelet = await KubeletAsync();
        using var plugin = new DevicePlugin(_node, Handout.SharedResource, devices: 2, Handout.Shared(_node));
        _heard.ShouldBe(["GetDevicePluginOptions: 0", "ListAndWatch: rnic0 rnic1", $"Allocate: 0 {Handout.SharedFile}",
            "PreStartContainer: 12"]);
    }

    [Fact]
    public void A_path_is_read_compressed_or_not_and_behind_whatever_headers()
    {
        // The text is an example of RFC 7541, C.4.1.
        HeaderBlock.Path([0x20, 0x86, 0x83, 0x44, 0x8c, .. Convert.FromHexString("f1e3c2e5f23a6ba0ab90f4ff")]).ShouldBe("www.example.com");
        HeaderBlock.Path([0x40, 1, (byte)'a', 1, (byte)'b', 0x04, 2, (byte)'/', (byte)'x']).ShouldBe("/x");
        Should.Throw<InvalidDataException>(() => HeaderBlock.Path([0xbe])).Message.ShouldContain("header 62");
        Should.Throw<InvalidDataException>(() => HeaderBlock.Path([0x83])).Message.ShouldContain("without a path");
    }

    public void Dispose() => Directory.Delete(_node, recursive: true);

    private async Task<WebApplication> KubeletAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(server => server.ListenUnixSocket(Path.Combine(Folder, "kubelet.sock"),
            listen => listen.Protocols = HttpProtocols.Http2));
        var kubelet = builder.Build();
        kubelet.MapPost("/v1beta1.Registration/Register", RegisterAsync);
        await kubelet.StartAsync();
        return kubelet;
    }

    /// <summary>All that a kubelet asks of a plugin, before it answers.</summary>
    private async Task RegisterAsync(HttpContext context)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var client = new HttpClient(handler) { Timeout = Hang.Bound };
        await CallAsync(client, "GetDevicePluginOptions", _ => "");
        using (var watch = await client.SendAsync(Request("ListAndWatch"), HttpCompletionOption.ResponseHeadersRead))
        {
            var message = new byte[64];
            var length = await (await watch.Content.ReadAsStreamAsync()).ReadAsync(message);
            _heard.Add($"ListAndWatch: {string.Join(' ', new[] { "rnic0", "rnic1" }.Where(Encoding.ASCII.GetString(message, 0, length).Contains))}");
        }
        await CallAsync(client, "Allocate",
            text => text.Contains(Handout.SharedFile, StringComparison.Ordinal) ? " " + Handout.SharedFile : "");
        await CallAsync(client, "PreStartContainer", _ => "");
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task CallAsync(HttpClient client, string method, Func<string, string> found)
    {
        using var response = await client.SendAsync(Request(method));
        var text = Encoding.ASCII.GetString(await response.Content.ReadAsByteArrayAsync());
        _heard.Add($"{method}: {response.TrailingHeaders.Concat(response.Headers).First(header => header.Key == "grpc-status").Value.First()}{found(text)}");
    }

    private static HttpRequestMessage Request(string method) =>
        new(HttpMethod.Post, new Uri("http://localhost/v1beta1.DevicePlugin/" + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]),
        };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Directory.GetFiles(Folder, "tests-*.sock").Single()), cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
