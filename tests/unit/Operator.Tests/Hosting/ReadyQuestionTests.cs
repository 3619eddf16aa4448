using System.Net;
using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Operator.Hosting;

namespace K8sMediaFlow.Operator.Tests.Hosting;

/// <summary>What <c>helm test</c> runs.</summary>
public sealed class ReadyQuestionTests
{
    [Fact]
    public async Task A_controller_that_is_ready_is_exit_code_0_and_one_that_is_not_says_why()
    {
        string? unready = null;
        await using var server = new PlainHttpServer(IPAddress.Loopback, 0, new Dictionary<string, Func<PlainPage>>
        {
            ["/readyz"] = () => unready is null ? PlainPage.Good() : PlainPage.Bad(unready),
        });
        await server.StartAsync(CancellationToken.None);
        var page = $"http://127.0.0.1:{server.Port}/readyz";
        (await Ask(page)).ShouldBe((0, $"{page}: 200 ok"));
        unready = "the stores are empty";
        (await Ask(page)).ShouldBe((1, $"{page}: 503 the stores are empty"));
    }

    [Fact]
    public async Task Where_none_runs_the_exit_code_is_1()
    {
        var (code, answer) = await Ask("http://127.0.0.1:1/readyz");
        (code, answer.StartsWith("http://127.0.0.1:1/readyz: ", StringComparison.Ordinal)).ShouldBe((1, true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://$(MISSING):8080/readyz")]
    public async Task What_is_no_address_is_refused(string address) => (await Ask(address)).Item1.ShouldBe(2);

    private static async Task<(int Code, string Answer)> Ask(string page)
    {
        await using var said = new StringWriter();
        var code = await ReadyQuestion.AskAsync(page, said);
        return (code, said.ToString().TrimEnd());
    }
}
