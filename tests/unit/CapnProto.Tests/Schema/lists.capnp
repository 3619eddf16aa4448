@0xd1a4f7c0a6c8b2e5;

# A list of each element size, to be read as each other.

struct Pair {
  number @0 :UInt8;
  text @1 :Text;
  beside @2 :UInt16;
}

struct Box {
  text @0 :Text;
}

struct Nothings { values @0 :List(Void); }
struct Bits { values @0 :List(Bool); }
struct Bytes { values @0 :List(UInt8); }
struct Shorts { values @0 :List(UInt16); }
struct Ints { values @0 :List(Int32); }
struct Longs { values @0 :List(UInt64); }
struct Texts { values @0 :List(Text); }
struct Pairs { values @0 :List(Pair); }
struct Boxes { values @0 :List(Box); }
