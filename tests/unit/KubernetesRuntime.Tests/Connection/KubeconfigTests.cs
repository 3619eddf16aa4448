using K8sMediaFlow.KubernetesRuntime.Connection;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Connection;

public class KubeconfigTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_current_context_gives_server_namespace_and_token()
    {
        var connection = Read("""
            current-context: work
            contexts:
            - {name: home, context: {cluster: a, user: u}}
            - name: work
              context: {cluster: b, user: t, namespace: media}
            clusters:
            - {name: a, cluster: {server: "https://a:1"}}
            - {name: b, cluster: {server: "https://b:2", insecure-skip-tls-verify: true, tls-server-name: other}}
            users:
            - {name: u, user: {}}
            - {name: t, user: {token: secret}}
            """).Connect();
        (connection.Server, connection.DefaultNamespace, connection.SkipVerification, connection.TlsServerName)
            .ShouldBe((new Uri("https://b:2"), "media", true, "other"));
        (await connection.Credentials.GetAsync(default)).BearerToken.ShouldBe("secret");
        connection.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void Of_several_files_the_first_entry_of_a_name_counts()
    {
        var first = _folder.Write("one", "clusters: [{name: c, cluster: {server: 'https://first'}}]");
        var second = _folder.Write("two",
            "current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://second'}}]");
        Kubeconfig.Read([first, second]).Connect().Server.Host.ShouldBe("first");
    }

    [Fact]
    public async Task Paths_are_relative_to_their_file()
    {
        _folder.Write("token.txt", " from-file \n");
        (await Read(User("tokenFile: token.txt")).Connect().Credentials.GetAsync(default)).BearerToken.ShouldBe("from-file");
    }

    [Theory]
    [InlineData("[", "is no YAML")]
    [InlineData("{", "is no YAML")]
    [InlineData("", "current-context: is missing")]
    [InlineData("text", "")]
    [InlineData("current-context: x", "contexts: has no entry named x")]
    [InlineData("current-context: x\ncontexts: {}", "contexts: must be a list")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {}}]", "contexts[0].context.cluster: is missing")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: here}}]",
        "clusters[0].cluster.server: must be an https or http address")]
    public void A_wrong_file_is_refused_with_the_place(string text, string message) =>
        Should.Throw<ConnectionException>(() => Read(text).Connect())
            .Message.ShouldStartWith(Path.Combine(_folder.Path, "config") + ": " + message);

    [Theory]
    [InlineData("username: a", "username: servers and clients have dropped this")]
    [InlineData("auth-provider: {name: gcp}", "auth-provider: servers and clients have dropped this")]
    [InlineData("client-certificate-data: aaaa", "both are needed")]
    [InlineData("client-certificate-data: '*'", "client-certificate-data: must be base64")]
    [InlineData("client-certificate: none.pem", "client-certificate: Could not find file")]
    [InlineData("client-certificate-data: aaaa\n    client-key-data: aaaa", "client certificate and key:")]
    [InlineData("exec: {command: x}", "exec.apiVersion: is missing")]
    [InlineData("exec: {apiVersion: v1, command: x}", "exec.apiVersion: must be of client.authentication.k8s.io/")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1}", "exec.command: is missing")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}", "needs a terminal")]
    public void A_wrong_user_is_refused_with_the_field(string user, string message) =>
        Should.Throw<ConnectionException>(() => Read(User(user)).Connect()).Message.ShouldContain(message);

    [Fact]
    public async Task A_plugin_is_asked_once_per_life_of_its_answer_and_again_when_it_was_refused()
    {
        _folder.Write("plugin.sh", """
            echo asked >>asked; echo "$EXTRA $KUBERNETES_EXEC_INFO" >info
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'$(wc -l <asked)'","expirationTimestamp":"2026-01-01T01:00:00Z"}}'
            """);
        var tree = YamlTree.Load(_folder.Write("config",
            $"apiVersion: client.authentication.k8s.io/v1\ncommand: sh\nargs: [-c, 'cd {_folder.Path} && . ./plugin.sh']\nenv: [{{name: EXTRA, value: more}}]\nprovideClusterInfo: true"));
        var time = new ManualTime();
        var plugin = ExecPlugin.Of(tree, new() { Server = new("https://here:1"), Credentials = new FixedCredential(new()) }, time);
        var first = await plugin.GetAsync(default);
        (await plugin.GetAsync(default)).ShouldBeSameAs(first);
        first.BearerToken.ShouldBe("t1");
        File.ReadAllText(Path.Combine(_folder.Path, "info")).ShouldStartWith("more {\"apiVersion\":\"client.authentication.k8s.io/v1\"");
        File.ReadAllText(Path.Combine(_folder.Path, "info")).ShouldContain("\"server\":\"https://here:1/\"");
        time.Advance(TimeSpan.FromMinutes(59));
        (await plugin.GetAsync(default)).BearerToken.ShouldBe("t1");
        time.Advance(TimeSpan.FromSeconds(31));
        var second = await plugin.GetAsync(default);
        second.BearerToken.ShouldBe("t2");
        plugin.Refused(first);
        plugin.Refused(second);
        (await plugin.GetAsync(default)).BearerToken.ShouldBe("t3");
    }

    [Theory]
    [InlineData("echo oops >&2; exit 3", "ended with 3: oops")]
    [InlineData("echo no JSON", "answered with no ExecCredential")]
    [InlineData("echo '{}'", "answered with no ExecCredential")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'", "another apiVersion")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither with a token nor with a certificate")]
    public async Task A_plugin_that_fails_is_named_with_what_it_said(string script, string message)
    {
        var connection =
            Read(User($"exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: sh\n      args: [-c, \"{script.Replace("\"", "\\\"")}\"]")).Connect();
        var error = await Should.ThrowAsync<ConnectionException>(async () => await connection.Credentials.GetAsync(default));
        error.Message.ShouldContain(message);
        error.Message.ShouldContain("users[0].user.exec (sh)");
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_is_an_error_with_its_place() =>
        (await Should.ThrowAsync<ConnectionException>(async () =>
            await Read(User("exec: {apiVersion: client.authentication.k8s.io/v1, command: ./none}")).Connect()
                .Credentials.GetAsync(default))).Message.ShouldContain("users[0].user.exec (./none)");

    [Fact]
    public async Task A_pods_token_is_read_again_after_a_minute_and_survives_the_moment_without_a_file()
    {
        var path = _folder.Write("token", "one");
        _folder.Write("ca.crt", "");
        var time = new ManualTime();
        Should.Throw<ConnectionException>(() => InCluster.Connect(_folder.Path, _ => "1", time))
            .Message.ShouldContain("ca.crt: holds no certificate");
        var token = new TokenFile(path, time);
        (await token.GetAsync(default)).BearerToken.ShouldBe("one");
        _folder.Write("token", "two");
        (await token.GetAsync(default)).BearerToken.ShouldBe("one");
        time.Advance(TimeSpan.FromMinutes(1));
        (await token.GetAsync(default)).BearerToken.ShouldBe("two");
        File.Delete(path);
        time.Advance(TimeSpan.FromMinutes(1));
        (await token.GetAsync(default)).BearerToken.ShouldBe("two");
        _folder.Write("token", "three");
        time.Advance(TimeSpan.FromMinutes(1));
        (await token.GetAsync(default)).BearerToken.ShouldBe("three");
    }

    [Fact]
    public void Outside_a_pod_the_missing_variable_is_named() =>
        Should.Throw<ConnectionException>(() => InCluster.Connect(_folder.Path, _ => null, TimeProvider.System))
            .Message.ShouldBe("KUBERNETES_SERVICE_HOST is not set: this is no pod of a cluster");

    private Kubeconfig Read(string text) => Kubeconfig.Read([_folder.Write("config", text)]);

    private static string User(string user) =>
        $"current-context: x\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\nclusters: [{{name: c, cluster: {{server: 'https://c'}}}}]\nusers:\n- name: u\n  user:\n    {user}";
}
