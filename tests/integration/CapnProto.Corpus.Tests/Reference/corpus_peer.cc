// The reference implementation as a peer of the corpus tests: one process that reads and builds messages of any schema it is told of.
// A request: u8 operation, u32 length, payload. A reply: u8 (0 = done, 1 = refused), u32 length, payload. All little-endian.
//   'S' a CodeGeneratorRequest: from now on its structs are known.
//   'D' u64 type, u8 packed, message: replies u32 length of the dump, the dump, the canonical form.
//   'B' u64 type, u32 seed, u8 packed: builds a random message; replies u32 length of the dump, the dump, the message.
#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <capnp/schema-loader.h>
#include <capnp/schema.capnp.h>
#include <capnp/serialize-packed.h>
#include <capnp/serialize.h>
#include <kj/debug.h>
#include <kj/io.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <string>

using namespace capnp;

static std::string hex(kj::ArrayPtr<const kj::byte> bytes) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (auto one : bytes) { text += digits[one >> 4]; text += digits[one & 15]; }
  return text;
}

static std::string bits(uint64_t value) {
  char text[20];
  snprintf(text, sizeof text, "%llx", (unsigned long long)value);
  return text;
}

// Dumps: the format of DumpWriter in the C# tests.
struct Dump {
  std::string text;

  void any(AnyStruct::Reader value) {
    auto data = value.getDataSection();
    size_t length = data.size();
    while (length > 0 && data[length - 1] == 0) length--;
    text += "S" + hex(data.slice(0, length)) + "(";
    auto pointers = value.getPointerSection();
    uint last = pointers.size();
    while (last > 0 && pointers[last - 1].isNull()) last--;
    for (uint i = 0; i < last; i++) { any(pointers[i]); text += ";"; }
    text += ")";
  }

  void any(AnyList::Reader list) {
    text += "L" + std::to_string((int)list.getElementSize()) + "[";
    for (uint i = 0; i < list.size(); i++) {
      switch (list.getElementSize()) {
        case ElementSize::VOID: break;
        case ElementSize::BIT: text += list.as<List<bool>>()[i] ? "1" : "0"; break;
        case ElementSize::BYTE: text += std::to_string(list.as<List<uint8_t>>()[i]); break;
        case ElementSize::TWO_BYTES: text += std::to_string(list.as<List<uint16_t>>()[i]); break;
        case ElementSize::FOUR_BYTES: text += std::to_string(list.as<List<uint32_t>>()[i]); break;
        case ElementSize::EIGHT_BYTES: text += std::to_string(list.as<List<uint64_t>>()[i]); break;
        case ElementSize::POINTER: any(list.as<List<AnyPointer>>()[i]); break;
        case ElementSize::INLINE_COMPOSITE: any(list.as<List<AnyStruct>>()[i]); break;
      }
      text += ",";
    }
    text += "]";
  }

  void any(AnyPointer::Reader pointer) {
    if (pointer.isNull()) text += "~";
    else if (pointer.getPointerType() == PointerType::STRUCT) any(pointer.getAs<AnyStruct>());
    else any(pointer.getAs<AnyList>());
  }

  void number(Type type, const DynamicValue::Reader& value) {
    switch (type.which()) {
      case schema::Type::VOID: text += "v"; break;
      case schema::Type::BOOL: text += value.as<bool>() ? "1" : "0"; break;
      case schema::Type::FLOAT32: {
        float number = value.as<float>();
        uint32_t raw;
        memcpy(&raw, &number, 4);
        text += std::isnan(number) ? "nan" : bits(raw);
        break;
      }
      case schema::Type::FLOAT64: {
        double number = value.as<double>();
        uint64_t raw;
        memcpy(&raw, &number, 8);
        text += std::isnan(number) ? "nan" : bits(raw);
        break;
      }
      case schema::Type::ENUM: text += std::to_string(value.as<DynamicEnum>().getRaw()); break;
      case schema::Type::INT8: case schema::Type::INT16: case schema::Type::INT32: case schema::Type::INT64:
        text += std::to_string(value.as<int64_t>());
        break;
      default: text += std::to_string(value.as<uint64_t>()); break;
    }
  }

  void value(Type type, const DynamicValue::Reader& value) {
    switch (type.which()) {
      case schema::Type::TEXT: text += "'" + hex(value.as<Text>().asBytes()) + "'"; break;
      case schema::Type::DATA: text += "'" + hex(value.as<Data>()) + "'"; break;
      case schema::Type::LIST: {
        text += "[";
        auto list = value.as<DynamicList>();
        for (auto element : list) { this->value(list.getSchema().getElementType(), element); text += ","; }
        text += "]";
        break;
      }
      case schema::Type::STRUCT: structure(value.as<DynamicStruct>()); break;
      case schema::Type::ANY_POINTER: any(value.as<AnyPointer>()); break;
      default: number(type, value); break;
    }
  }

  static bool isPointer(Type type) {
    return type.isText() || type.isData() || type.isList() || type.isStruct() || type.isAnyPointer() || type.isInterface();
  }

  void field(DynamicStruct::Reader of, StructSchema::Field field) {
    text += field.getProto().getName().cStr();
    text += "=";
    auto isGroup = field.getProto().isGroup();
    auto hasDefault = !isGroup && field.getProto().getSlot().getHadExplicitDefault();
    auto isNull = !isGroup && isPointer(field.getType()) && !of.has(field);
    if (isNull) text += "~";
    if (!isNull || hasDefault) value(field.getType(), of.get(field));
    text += ";";
  }

  void structure(DynamicStruct::Reader of) {
    text += "(";
    auto schema = of.getSchema();
    if (schema.getUnionFields().size() > 0) {
      text += "!";
      KJ_IF_MAYBE(chosen, of.which()) { field(of, *chosen); } else { text += "?"; }
    }
    std::map<std::string, StructSchema::Field> sorted;
    for (auto one : schema.getNonUnionFields()) sorted.emplace(one.getProto().getName().cStr(), one);
    for (auto& one : sorted) field(of, one.second);
    text += ")";
  }
};

// Random messages of any type.
struct Builder {
  std::mt19937 random;

  uint next(uint limit) { return random() % limit; }

  uint64_t number() {
    static const uint64_t edges[] = {0, 1, 0x7f, 0x80, 0xffff, 0x7fffffff, 0x80000000, ~0ull};
    return next(3) == 0 ? edges[next(8)] : ((uint64_t)random() << 32) | random();
  }

  double real() {
    static const double edges[] = {0.0, -0.0, 1.5, -1e30, INFINITY, -INFINITY, NAN, 1e-40};
    return next(2) == 0 ? edges[next(8)] : random() / 7.0;
  }

  std::string letters() {
    static const char* texts[] = {"", "x", "hello", "h\xc3\xa9llo", "\xf0\x9d\x84\x9e", "a longer text that needs several words"};
    return texts[next(6)];
  }

  DynamicValue::Reader small(Type type, std::string& room) {
    switch (type.which()) {
      case schema::Type::VOID: return VOID;
      case schema::Type::BOOL: return next(2) == 0;
      case schema::Type::INT8: return (int8_t)number();
      case schema::Type::INT16: return (int16_t)number();
      case schema::Type::INT32: return (int32_t)number();
      case schema::Type::INT64: return (int64_t)number();
      case schema::Type::UINT8: return (uint8_t)number();
      case schema::Type::UINT16: return (uint16_t)number();
      case schema::Type::UINT32: return (uint32_t)number();
      case schema::Type::UINT64: return (uint64_t)number();
      case schema::Type::FLOAT32: return (float)real();
      case schema::Type::FLOAT64: return real();
      case schema::Type::ENUM: return DynamicEnum(type.asEnum(), next(8) == 0 ? (uint16_t)number() : (uint16_t)next(type.asEnum().getEnumerants().size()));
      case schema::Type::TEXT: room = letters(); return Text::Reader(room.c_str(), room.size());
      default: room = letters() + std::string(next(9), (char)next(256)); return Data::Reader((const kj::byte*)room.data(), room.size());
    }
  }

  void fill(AnyPointer::Builder pointer) {
    switch (next(3)) {
      case 0: pointer.setAs<Text>(letters().c_str()); break;
      case 1: {
        auto list = pointer.initAs<List<uint16_t>>(next(6));
        for (uint i = 0; i < list.size(); i++) list.set(i, (uint16_t)number());
        break;
      }
      default: {
        auto made = pointer.initAsAnyStruct(next(3), next(3));
        for (auto& one : made.getDataSection()) one = (kj::byte)random();
        for (auto one : made.getPointerSection()) if (next(2) == 0) one.setAs<Text>(letters().c_str());
        break;
      }
    }
  }

  void fill(DynamicList::Builder list, int depth) {
    auto type = list.getSchema().getElementType();
    for (uint i = 0; i < list.size(); i++) {
      std::string room;
      if (type.isStruct()) structure(list[i].as<DynamicStruct>(), depth + 1);
      else if (type.isList()) fill(list.init(i, depth > 4 ? 0 : next(4)).as<DynamicList>(), depth + 1);
      else list.set(i, small(type, room));
    }
  }

  void field(DynamicStruct::Builder of, StructSchema::Field field, int depth) {
    auto type = field.getType();
    std::string room;
    if (type.isStruct()) structure(of.init(field).as<DynamicStruct>(), depth + 1);
    else if (type.isList()) fill(of.init(field, depth > 4 ? 0 : next(next(8) == 0 ? 70 : 5)).as<DynamicList>(), depth + 1);
    else if (type.isAnyPointer()) { of.clear(field); fill(of.get(field).as<AnyPointer>()); }
    else of.set(field, small(type, room));
  }

  void structure(DynamicStruct::Builder of, int depth) {
    if (depth > 6) return;
    auto schema = of.getSchema();
    for (auto one : schema.getNonUnionFields()) {
      auto isGroup = one.getProto().isGroup();
      if (isGroup || (next(5) != 0 && (depth < 4 || !Dump::isPointer(one.getType())))) field(of, one, depth);
    }
    auto members = schema.getUnionFields();
    if (members.size() > 0 && next(5) != 0) field(of, members[next(members.size())], depth);
  }
};

static void reply(kj::byte status, kj::ArrayPtr<const kj::byte> first, kj::ArrayPtr<const kj::byte> second) {
  bool framed = status == 0 && first != nullptr;
  uint32_t length = first.size() + second.size() + (framed ? 4 : 0), firstLength = first.size();
  fwrite(&status, 1, 1, stdout);
  fwrite(&length, 4, 1, stdout);
  if (framed) fwrite(&firstLength, 4, 1, stdout);
  fwrite(first.begin(), 1, first.size(), stdout);
  fwrite(second.begin(), 1, second.size(), stdout);
  fflush(stdout);
}

static const ReaderOptions limits = {1ull << 40, 200};

static void learn(SchemaLoader& loader, kj::ArrayPtr<const kj::byte> payload) {
  kj::ArrayInputStream input(payload);
  InputStreamMessageReader message(input, limits);
  for (auto node : message.getRoot<schema::CodeGeneratorRequest>().getNodes()) loader.load(node);
}

static void answerDump(StructSchema schema, MessageReader& message) {
  Dump dump;
  dump.structure(message.getRoot<DynamicStruct>(schema));
  auto canonical = message.getRoot<AnyPointer>().getAs<AnyStruct>().canonicalize();
  reply(0, kj::ArrayPtr<const char>(dump.text.data(), dump.text.size()).asBytes(), canonical.asBytes());
}

static void answerBuild(StructSchema schema, uint32_t seed, bool packed) {
  Builder builder{std::mt19937(seed)};
  // Not smaller where it is fixed: more than 512 segments are refused by whoever reads a stream, the reference included.
  bool isFixed = seed % 3 == 0;
  MallocMessageBuilder message((isFixed ? 64 : 1) + seed % 64, isFixed ? AllocationStrategy::FIXED_SIZE : AllocationStrategy::GROW_HEURISTICALLY);
  auto root = message.initRoot<DynamicStruct>(schema);
  builder.structure(root, 0);
  Dump dump;
  dump.structure(root.asReader());
  kj::VectorOutputStream output;
  if (packed) writePackedMessage(output, message); else writeMessage(output, message);
  reply(0, kj::ArrayPtr<const char>(dump.text.data(), dump.text.size()).asBytes(), output.getArray());
}

static void answer(SchemaLoader& loader, kj::byte operation, kj::ArrayPtr<const kj::byte> payload) {
  if (operation == 'S') { learn(loader, payload); reply(0, nullptr, nullptr); return; }
  uint64_t id;
  memcpy(&id, payload.begin(), 8);
  auto schema = loader.get(id).asStruct();
  if (operation == 'B') {
    uint32_t seed;
    memcpy(&seed, payload.begin() + 8, 4);
    answerBuild(schema, seed, payload[12] != 0);
    return;
  }
  kj::ArrayInputStream input(payload.slice(9, payload.size()));
  if (payload[8] != 0) { PackedMessageReader message(input, limits); answerDump(schema, message); }
  else { InputStreamMessageReader message(input, limits); answerDump(schema, message); }
}

int main() {
  SchemaLoader loader;
  kj::byte operation;
  uint32_t length;
  while (fread(&operation, 1, 1, stdin) == 1 && fread(&length, 4, 1, stdin) == 1) {
    auto payload = kj::heapArray<kj::byte>(length);
    if (fread(payload.begin(), 1, length, stdin) != length) return 1;
    KJ_IF_MAYBE(refusal, kj::runCatchingExceptions([&]() { answer(loader, operation, payload); }))
      reply(1, refusal->getDescription().asBytes(), nullptr);
  }
  return 0;
}
