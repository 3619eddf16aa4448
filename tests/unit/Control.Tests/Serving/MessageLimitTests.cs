using Google.Protobuf;
using Grpc.Core;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Wire;

namespace K8sMediaFlow.Control.Tests.Serving;

/// <summary>What a client that keeps no limit of its own is told.</summary>
public class MessageLimitTests
{
    [Fact]
    public async Task A_message_above_the_limit_is_refused_and_the_connection_serves_the_next_call()
    {
        await using var control = await ControlFixture.StartAsync();
        using var channel = control.ChannelAs(ControllerIdentity.Uri);
        var sidecar = new Wire.Sidecar.SidecarClient(channel);
        var huge = new ApplyPlanRequest
        {
            Version = new PlanVersion { Generation = 1 },
            PlanJson = ByteString.CopyFrom(new byte[ControlApi.MessageMaxBytes]),
        };
        var error = await Should.ThrowAsync<RpcException>(async () => await sidecar.ApplyPlanAsync(huge, Limit()));
        error.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        control.Handler.Applied.ShouldBeEmpty();
        (await sidecar.GetInfoAsync(new GetInfoRequest(), Limit())).Incarnation.ShouldBe("one");
    }

    [Fact]
    public async Task A_message_of_the_limit_is_taken()
    {
        await using var control = await ControlFixture.StartAsync();
        var request = new ApplyPlanRequest { Version = new PlanVersion { LeaseTransitions = 1, Generation = 1 } };
        request.PlanJson = ByteString.CopyFrom(new byte[ControlApi.MessageMaxBytes - request.CalculateSize() - 5]);
        request.CalculateSize().ShouldBe(ControlApi.MessageMaxBytes);
        await control.Client.ApplyPlanAsync(new PlanDocument(new(1, 1, 0), request.PlanJson.Memory), CancellationToken.None);
        control.Handler.Applied.Single().Json.Length.ShouldBe(request.PlanJson.Length);
    }

    [Fact]
    public async Task A_compressed_message_is_not_understood()
    {
        await using var control = await ControlFixture.StartAsync();
        using var channel = control.ChannelAs(ControllerIdentity.Uri);
        var compressed = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        var error = await Should.ThrowAsync<RpcException>(async () =>
            await new Wire.Sidecar.SidecarClient(channel).GetInfoAsync(new GetInfoRequest(), Limit().WithHeaders(compressed)));
        error.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    private static CallOptions Limit() => new(deadline: DateTime.UtcNow + ControlFixture.Patience);
}
