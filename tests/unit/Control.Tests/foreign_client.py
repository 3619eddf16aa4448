"""Calls the control API as any gRPC client would. Arguments: folder with certificates and descriptor, address."""
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

folder, address = sys.argv[1:3]
package = "k8smediaflow.control.v1."
health, reflection = "grpc.health.v1.", "grpc.reflection.v1."
pool = descriptor_pool.DescriptorPool()


def read(name):
    with open(folder + "/" + name, "rb") as file:
        return file.read()


for one in "sidecar", "health", "reflection":
    pool.Add(descriptor_pb2.FileDescriptorProto.FromString(read(one + ".descriptor")))


def message(name, package=package):
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(package + name))


def method(kind, name, request, response, package=package, service="Sidecar"):
    path = "/" + package + service + "/" + name
    return kind(path, request_serializer=message(request, package).SerializeToString,
                response_deserializer=message(response, package).FromString)


def expect_error(label, call, with_details=False):
    try:
        call()
        print(label, "no error")
    except grpc.RpcError as error:
        print(label, error.code().name, *([error.details()] if with_details else []))


credentials = grpc.ssl_channel_credentials(read("ca.crt"), read("tls.key"), read("tls.crt"))
with grpc.secure_channel(address, credentials) as channel:
    info = method(channel.unary_unary, "GetInfo", "GetInfoRequest", "GetInfoResponse")
    apply = method(channel.unary_unary, "ApplyPlan", "ApplyPlanRequest", "ApplyPlanResponse")
    watch = method(channel.unary_stream, "WatchStatus", "WatchStatusRequest", "Status")
    print("pod", info(message("GetInfoRequest")(), timeout=20).pod)

    request = message("ApplyPlanRequest")(plan_json=b"{}")
    request.version.lease_transitions, request.version.generation = 1, 6
    version = apply(request, timeout=20).version
    print("applied", f"{version.lease_transitions}.{version.generation}.{version.counter}")
    request.version.generation = 4
    expect_error("lower", lambda: apply(request, timeout=20), with_details=True)

    statuses = watch(message("WatchStatusRequest")(interval_milliseconds=50), timeout=20)
    seen = [next(statuses) for _ in range(3)]
    statuses.cancel()
    print("watched", len(seen), "Lost=%d" % seen[-1].links[0].state)

    unknown = method(channel.unary_unary, "Nothing", "GetInfoRequest", "GetInfoResponse")
    expect_error("unknown", lambda: unknown(message("GetInfoRequest")(), timeout=20))
    request.plan_json = bytes((4 << 20) + 1)
    expect_error("oversized", lambda: apply(request, timeout=20))
    expect_error("deadline", lambda: list(watch(message("WatchStatusRequest")(interval_milliseconds=50), timeout=0.3)))

    check = method(channel.unary_unary, "Check", "HealthCheckRequest", "HealthCheckResponse", health, "Health")
    print("health", check(message("HealthCheckRequest", health)(service=package + "Sidecar"), timeout=20).status)
    reflect = method(channel.stream_stream, "ServerReflectionInfo", "ServerReflectionRequest", "ServerReflectionResponse",
                     reflection, "ServerReflection")
    answers = list(reflect(iter([message("ServerReflectionRequest", reflection)(list_services="")]), timeout=20))
    print("services", *sorted(service.name for service in answers[0].list_services_response.service))

with grpc.secure_channel(address, grpc.ssl_channel_credentials(read("ca.crt"))) as channel:
    stranger = method(channel.unary_unary, "GetInfo", "GetInfoRequest", "GetInfoResponse")
    expect_error("stranger", lambda: stranger(message("GetInfoRequest")(), timeout=20))
