using System.Text.Json;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Sidecar.Hosting;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

public sealed class SidecarOptionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-options-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_only_the_pod_knows_comes_from_its_environment_and_goes_before_the_file()
    {
        var options = Read(new { pod = "of-the-file", logFormat = "text" }, ("K8SMEDIAFLOW_POD", "line-camera-0"),
            ("K8SMEDIAFLOW_ADDRESS", "10.1.2.3"), ("K8SMEDIAFLOW_LOG_FORMAT", "json"), ("K8SMEDIAFLOW_LOG_LEVEL", "Warning"));
        options.LogLevel.ShouldBe(LogLevel.Warning);
        (options.Pod, options.Address, options.LogFormat).ShouldBe(("line-camera-0", "10.1.2.3", LogFormat.Json));
        (options.HealthPort, options.DrainSeconds, options.ExitWhenFinished).ShouldBe((null, 10, false));
    }

    [Theory]
    [InlineData("{}", "pod: neither the file nor K8SMEDIAFLOW_POD names it")]
    [InlineData("""{"pod": "a"}""", "address: neither the file nor K8SMEDIAFLOW_ADDRESS has it")]
    [InlineData("""{"pod": "a", "address": "here"}""", "address: 'here' is no IP address")]
    [InlineData("""{"pod": "a", "address": "::1", "healthPort": 7401}""", "healthPort: 7401 is no port of its own")]
    [InlineData("""{"pod": "a", "address": "::1", "dataPort": 7400}""", "dataPort: 7400 is no port of its own")]
    [InlineData("""{"pod": "a", "address": "::1", "drainSeconds": -1}""", "drainSeconds: -1 is not between")]
    [InlineData("""{"pod": "a", "address": "::1", "regionBytesMax": 0}""", "regionBytesMax: 0 leaves no room")]
    [InlineData("""{"pod": "a", "address": "::1", "logFormat": "xml"}""", "logFormat")]
    [InlineData("""{"pod": "a", "address": "::1", "grace": 3}""", "grace")]
    public void A_bad_option_is_named_with_its_file(string more, string problem)
    {
        var refused = Should.Throw<InvalidDataException>(() => Read(JsonDocument.Parse(more).RootElement));
        refused.Message.ShouldContain(problem);
        refused.Message.ShouldContain("sidecar.json");
    }

    [Theory]
    [InlineData("K8SMEDIAFLOW_LOG_FORMAT", "xml")]
    [InlineData("K8SMEDIAFLOW_LOG_LEVEL", "7")]
    [InlineData("K8SMEDIAFLOW_LOG_LEVEL", "loud")]
    public void A_bad_variable_is_named(string name, string value) =>
        Should.Throw<InvalidDataException>(() => Read(new { pod = "a", address = "::1" }, (name, value)))
            .Message.ShouldContain($"{name}: '{value}'");

    private SidecarOptions Read(object more, params (string Name, string Value)[] environment)
    {
        var file = Path.Combine(_folder.FullName, "sidecar.json");
        var certificate = Path.Combine(_folder.FullName, "tls");
        File.WriteAllText(certificate, "");
        var values = new Dictionary<string, object>
        {
            ["controlPort"] = 7400,
            ["linkPort"] = 7401,
            ["socketPath"] = "/run/k/sidecar.sock",
            ["stateDirectory"] = "/var/lib/k",
            ["certificateFile"] = certificate,
            ["keyFile"] = certificate,
            ["caFile"] = certificate,
        };
        foreach (var property in JsonSerializer.SerializeToElement(more).EnumerateObject())
            values[property.Name] = property.Value;
        File.WriteAllText(file, JsonSerializer.Serialize(values));
        return SidecarOptionsFile.Read(file, name => environment.FirstOrDefault(one => one.Name == name).Value);
    }
}
