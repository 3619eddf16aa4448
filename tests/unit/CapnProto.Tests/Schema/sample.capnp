@0x9c3b1f2ad4e75a60;
# One field of every kind that the runtime carries.

using CSharp = import "/csharp.capnp";
$CSharp.namespace("K8sMediaFlow.CapnProto.Tests.Samples");

const answer :Int32 = -42;
const greeting :Text = "hé\"llo";
const ratio :Float64 = 1.5e300;

enum Colour { red @0; green @1; blue @2; }

struct Everything {
  int8 @0 :Int8 = -3;
  int16 @1 :Int16;
  int32 @2 :Int32 = 123456;
  int64 @3 :Int64;
  uint8 @4 :UInt8;
  uint16 @5 :UInt16 = 7;
  uint32 @6 :UInt32;
  uint64 @7 :UInt64 = 18446744073709551615;
  float32 @8 :Float32 = 2.5;
  float64 @9 :Float64;
  yes @10 :Bool = true;
  no @11 :Bool;
  colour @12 :Colour = green;
  text @13 :Text;
  textWithDefault @14 :Text = "default";
  data @15 :Data;
  child @16 :Everything;
  bools @17 :List(Bool);
  bytes @18 :List(UInt8);
  words @19 :List(UInt64);
  floats @20 :List(Float32);
  colours @21 :List(Colour);
  texts @22 :List(Text);
  datas @23 :List(Data);
  points @24 :List(Point);
  nested @25 :List(List(Int16));
  any @26 :AnyPointer;
  voids @27 :List(Void);
  dataWithDefault @28 :Data = 0x"01 02 ff";

  choice :union {
    nothing @29 :Void;
    number @30 :Int32;
    word @31 :Text;
    point @32 :Point;
    both :group {
      left @33 :Int16;
      right @34 :Text;
    }
  }

  pair :group {
    first @35 :UInt32;
    second @36 :Bool;
  }
}

struct Point {
  x @0 :Int32;
  y @1 :Int32;
  label @2 :Text;
}

struct Number {
  value @0 :UInt16;
}

struct Words {
  words @0 :List(UInt16);
}

struct Numbers {
  numbers @0 :List(Number);
}

struct Old {
  a @0 :UInt16;
  b @1 :Text;
}

struct New {
  a @0 :UInt16;
  b @1 :Text;
  c @2 :UInt64 = 99;
  d @3 :Text = "new";
  e @4 :List(Old);
}

struct Empty {
}

struct Empties {
  list @0 :List(Empty);
}
