"""JSON by the reference: json_peer.py to|from SET TYPE; messages by standard input, each behind its length (u32, little endian)."""
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

direction, path, name = sys.argv[1:]
pool = descriptor_pool.DescriptorPool()
with open(path, "rb") as file:
    for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.Add(proto)
kind = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(name))


def messages():
    while head := sys.stdin.buffer.read(4):
        yield sys.stdin.buffer.read(struct.unpack("<I", head)[0])


for given in messages():
    try:
        if direction == "to":
            answer = json_format.MessageToJson(kind.FromString(given), indent=None, descriptor_pool=pool).encode()
        else:
            answer = json_format.Parse(given.decode(), kind(), descriptor_pool=pool).SerializeToString(deterministic=True)
        answer = b"+" + answer
    except Exception as error:
        answer = b"-" + str(error).encode()
    sys.stdout.buffer.write(struct.pack("<I", len(answer)) + answer)
