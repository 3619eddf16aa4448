using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>
/// A device plugin on one node of the tests' cluster, through the kubelet's real sockets: it offers devices of one resource and puts a device file and a variable
/// into the container that gets one.
/// </summary>
internal sealed class DevicePlugin : IDisposable
{
    /// <summary>What the container that gets a device finds.</summary>
    public const string File = "/dev/mf-rnic", Variable = "MF_RNIC";

    private const string EndPoint = "mf-rnic.sock";
    private readonly string _folder, _resource;
    private readonly byte[] _devices;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<CallConnection> _connections = [];

    /// <param name="nodeFolder">The node's folder in the state of the cluster.</param>
    /// <param name="resource">Name of the extended resource.</param>
    /// <param name="devices">How many of it the node has.</param>
    public DevicePlugin(string nodeFolder, string resource, int devices)
    {
        (_folder, _resource) = (Path.Combine(nodeFolder, "kubelet", "device-plugins"), resource);
        _devices = Wire.Framed([.. Enumerable.Range(0, devices).Select(number => Wire.Field(1, Wire.Text(1, $"rnic{number}"), Wire.Text(2, "Healthy")))]);
        System.IO.File.Delete(Path.Combine(_folder, EndPoint));
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, EndPoint)));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "device plugin" }.Start();
        Register();
    }

    public void Dispose()
    {
        _listener.Dispose();
        System.IO.File.Delete(Path.Combine(_folder, EndPoint));
        lock (_connections)
            _connections.ForEach(connection => connection.Dispose());
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var connection = new CallConnection(new NetworkStream(_listener.Accept(), ownsSocket: true), _devices, Allocate);
                lock (_connections)
                    _connections.Add(connection);
                new Thread(() => Serve(connection)) { IsBackground = true, Name = "device plugin call" }.Start();
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private static void Serve(CallConnection connection)
    {
        try
        {
            connection.Run();
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException)
        {
            // The kubelet went away, or we do.
        }
    }

    /// <summary>One answer for each container of the request: the kubelet asks about one container at a time. The file is harmless: it is /dev/null under another name.</summary>
    private static byte[] Allocate(byte[] request) => Wire.Framed(Wire.Field(1,
        Wire.Field(1, Wire.Text(1, Variable), Wire.Text(2, Encoding.UTF8.GetString(request).Contains("rnic", StringComparison.Ordinal) ? "given" : "none")),
        Wire.Field(3, Wire.Text(1, File), Wire.Text(2, "/dev/null"), Wire.Text(3, "rw"))));

    private void Register()
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = async (_, cancel) => await ConnectAsync(Path.Combine(_folder, "kubelet.sock"), cancel) };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost/v1beta1.Registration/Register"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Wire.Framed(Wire.Text(1, "v1beta1"), Wire.Text(2, EndPoint), Wire.Text(3, _resource))),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        using var response = client.SendAsync(request).GetAwaiter().GetResult();
        response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        var status = response.TrailingHeaders.Concat(response.Headers).Where(header => header.Key is "grpc-status" or "grpc-message").Select(header => string.Join(",", header.Value)).ToList();
        if (status is not ["0", ..])
            throw new InvalidOperationException($"the kubelet does not take the plugin: {string.Join(": ", status)}");
    }

    private static async Task<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
