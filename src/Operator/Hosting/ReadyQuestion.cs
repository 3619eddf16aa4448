namespace K8sMediaFlow.Operator.Hosting;

/// <summary>
/// Asks a running controller whether it is ready: <c>k8smediaflow-controller ready http://HOST:PORT/readyz</c>. For <c>helm test</c>, since
/// the image has no shell. Exit code 0 for yes.
/// </summary>
internal static class ReadyQuestion
{
    /// <summary>The first argument that makes a process ask, and end.</summary>
    public const string Command = "ready";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<int> AskAsync(string address, TextWriter answer)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var page) || page.Scheme != Uri.UriSchemeHttp)
        {
            await answer.WriteLineAsync($"'{address}' is no http address");
            return 2;
        }
        try
        {
            using var client = new HttpClient { Timeout = Patience };
            using var response = await client.GetAsync(page);
            await answer.WriteLineAsync($"{page}: {(int)response.StatusCode} {(await response.Content.ReadAsStringAsync()).TrimEnd()}");
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await answer.WriteLineAsync($"{page}: {failure.Message}");
            return 1;
        }
    }
}
