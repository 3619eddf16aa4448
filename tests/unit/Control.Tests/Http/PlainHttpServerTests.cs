using System.Net;
using K8sMediaFlow.Control.Http;

namespace K8sMediaFlow.Control.Tests.Http;

public sealed class PlainHttpServerTests
{
    private static readonly Dictionary<string, Func<PlainPage>> Pages = new()
    {
        ["/good"] = () => PlainPage.Good(),
        ["/bad"] = () => PlainPage.Bad("no plan yet"),
    };

    [Theory]
    [InlineData("/good", HttpStatusCode.OK, "ok\n")]
    [InlineData("/bad", HttpStatusCode.ServiceUnavailable, "no plan yet\n")]
    [InlineData("/other", HttpStatusCode.NotFound, "there is /bad /good\n")]
    public async Task A_page_is_served_and_an_unknown_one_is_told_which_there_are(string path, HttpStatusCode status, string text)
    {
        await using var server = await Start();
        using var client = Client(server);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(text);
    }

    [Fact]
    public async Task Nothing_can_be_sent_to_it()
    {
        await using var server = await Start();
        using var client = Client(server);
        using var answer = await client.PutAsync(new Uri("/good", UriKind.Relative), null);
        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    private static async Task<PlainHttpServer> Start()
    {
        var server = new PlainHttpServer(IPAddress.Loopback, 0, Pages);
        await server.StartAsync(CancellationToken.None);
        return server;
    }

    private static HttpClient Client(PlainHttpServer server) => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{server.Port}"),
        Timeout = TimeSpan.FromSeconds(30),
    };
}
