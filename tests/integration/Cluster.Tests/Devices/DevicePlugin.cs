using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>
/// A device plugin (v1beta1) on one node of the tests' cluster, through the kubelet's real sockets: it offers devices of one resource and
/// hands them out in the way that it is told. It serves before it registers: newer kubelets ask for its options before they answer the
/// registration.
/// </summary>
internal sealed class DevicePlugin : IDisposable
{
    private readonly string _folder, _resource, _endPoint;
    private readonly Dictionary<string, CallAnswer> _answers;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<CallConnection> _connections = [];

    /// <param name="nodeFolder">The node's folder in the state of the cluster.</param>
    /// <param name="resource">Name of the extended resource.</param>
    /// <param name="devices">How many of it the node has.</param>
    /// <param name="handout">What the container that gets a device finds.</param>
    public DevicePlugin(string nodeFolder, string resource, int devices, Handout handout)
    {
        (_folder, _resource, _endPoint) = (Path.Combine(nodeFolder, "kubelet", "device-plugins"), resource,
            $"tests-{resource.Split('/')[^1]}.sock");
        _answers = new()
        {
            ["/v1beta1.DevicePlugin/GetDevicePluginOptions"] = new(Wire.Framed()),
            ["/v1beta1.DevicePlugin/ListAndWatch"] = new(Wire.Framed([.. Enumerable.Range(0, devices)
                .Select(number => Wire.Field(1, Wire.Text(1, $"rnic{number}"), Wire.Text(2, "Healthy")))]), Ends: false),
            ["/v1beta1.DevicePlugin/Allocate"] = new(handout.ToBytes()),
        };
        File.Delete(Path.Combine(_folder, _endPoint));
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, _endPoint)));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "device plugin" }.Start();
        Register();
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(Path.Combine(_folder, _endPoint));
        lock (_connections)
            _connections.ForEach(connection => connection.Dispose());
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var connection = new CallConnection(new NetworkStream(_listener.Accept(), ownsSocket: true), _answers);
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
        catch (Exception wrong) when (wrong is InvalidDataException or IndexOutOfRangeException or ArgumentException)
        {
            // Whoever calls sees the connection close; an exception on this thread would end all tests.
            Console.WriteLine($"cluster: device plugin: {wrong.Message}");
            connection.Dispose();
        }
    }

    private void Register()
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) => await ConnectAsync(Path.Combine(_folder, "kubelet.sock"), cancel),
        };
        using var client = new HttpClient(handler) { Timeout = Hang.Bound };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost/v1beta1.Registration/Register"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Wire.Framed(Wire.Text(1, "v1beta1"), Wire.Text(2, _endPoint), Wire.Text(3, _resource))),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        using var response = client.SendAsync(request).GetAwaiter().GetResult();
        response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        var status = response.TrailingHeaders.Concat(response.Headers).Where(header => header.Key is "grpc-status" or "grpc-message")
            .Select(header => string.Join(",", header.Value)).ToList();
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
