using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Control.Tests.Serving;

/// <summary>gRPC's own services beside the control API: health and reflection, for its callers and nobody else.</summary>
public class StandardServicesTests
{
    private const string Sidecar = "k8smediaflow.control.v1.Sidecar";

    [Theory]
    [InlineData("")]
    [InlineData(Sidecar)]
    public async Task Health_says_that_the_server_and_its_service_are_serving(string service)
    {
        await using var control = await ControlFixture.StartAsync();
        using var channel = control.ChannelAs(ControllerIdentity.Uri);
        var answer = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = service }, Limit());
        answer.Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
    }

    [Fact]
    public async Task Health_of_a_service_that_is_not_there_is_not_found()
    {
        await using var control = await ControlFixture.StartAsync();
        using var channel = control.ChannelAs(ControllerIdentity.Uri);
        var health = new Health.HealthClient(channel);
        var error = await Should.ThrowAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest
        {
            Service =
            "Nothing"
        }, Limit()));
        error.StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task A_watch_of_health_ends_when_the_server_stops()
    {
        await using var control = await ControlFixture.StartAsync();
        using var channel = control.ChannelAs(ControllerIdentity.Uri);
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), Limit());
        (await watch.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        watch.ResponseStream.Current.Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        var stopped = control.Server.DisposeAsync();
        try
        {
            while (await watch.ResponseStream.MoveNext(CancellationToken.None))
                watch.ResponseStream.Current.Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.NotServing);
        }
        catch (RpcException error)
        {
            // The stop came before the last word.
            error.StatusCode.ShouldBe(StatusCode.Unavailable);
        }
        await stopped;
    }

    [Fact]
    public async Task Reflection_names_what_is_served_and_gives_the_contract()
    {
        await using var control = await ControlFixture.StartAsync();
        using var channel = control.ChannelAs(ControllerIdentity.Uri);
        var services = await ReflectAsync(channel, new ServerReflectionRequest { ListServices = "" });
        services.ListServicesResponse.Service.Select(service => service.Name).ShouldContain(Sidecar);
        services.ListServicesResponse.Service.Select(service => service.Name).ShouldContain("grpc.health.v1.Health");
        var contract = await ReflectAsync(channel, new ServerReflectionRequest { FileContainingSymbol = Sidecar });
        contract.FileDescriptorResponse.FileDescriptorProto.ShouldContain(Wire.SidecarReflection.Descriptor.SerializedData);
    }

    [Fact]
    public async Task Who_is_not_the_controller_gets_neither()
    {
        await using var control = await ControlFixture.StartAsync();
        using var channel = control.ChannelAs(TestIdentities.Sidecar);
        var health = await Should.ThrowAsync<RpcException>(async () =>
            await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), Limit()));
        health.StatusCode.ShouldBe(StatusCode.PermissionDenied);
        health.Status.Detail.ShouldBe($"the peer is {TestIdentities.Sidecar}, expected {ControllerIdentity.Uri}");
        var watch = await Should.ThrowAsync<RpcException>(async () =>
        {
            using var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), Limit());
            await call.ResponseStream.MoveNext(CancellationToken.None);
        });
        watch.StatusCode.ShouldBe(StatusCode.PermissionDenied);
        var reflection = await Should.ThrowAsync<RpcException>(async () =>
        {
            // Nothing is asked: a question may come when the call has been refused and is over, and fails with another status then.
            using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(Limit());
            await call.ResponseStream.MoveNext(CancellationToken.None);
        });
        reflection.StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    private static async Task<ServerReflectionResponse> ReflectAsync(GrpcChannel channel, ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(Limit());
        await call.RequestStream.WriteAsync(request);
        (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        var answer = call.ResponseStream.Current;
        await call.RequestStream.CompleteAsync();
        return answer;
    }

    private static CallOptions Limit() => new(deadline: DateTime.UtcNow + ControlFixture.Patience);
}
