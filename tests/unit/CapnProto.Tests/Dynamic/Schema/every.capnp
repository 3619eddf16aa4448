@0xd2a5e1c8b3f40917;
# Every kind of thing that a message can hold, to be read without generated code.

enum Colour {
  red @0;
  green @1;
  blue @2;
}

struct Scalars {
  void @0 :Void;
  bool @1 :Bool;
  int8 @2 :Int8;
  int16 @3 :Int16;
  int32 @4 :Int32;
  int64 @5 :Int64;
  uint8 @6 :UInt8;
  uint16 @7 :UInt16;
  uint32 @8 :UInt32;
  uint64 @9 :UInt64;
  float32 @10 :Float32;
  float64 @11 :Float64;
  colour @12 :Colour;
  text @13 :Text;
  data @14 :Data;
}

struct Defaults {
  bool @0 :Bool = true;
  int8 @1 :Int8 = -5;
  int64 @2 :Int64 = -9000000000000000000;
  uint16 @3 :UInt16 = 65535;
  uint64 @4 :UInt64 = 18000000000000000000;
  float32 @5 :Float32 = 0.1;
  float64 @6 :Float64 = -inf;
  colour @7 :Colour = blue;
  text @8 :Text = "default \"text\"";
  data @9 :Data = 0x"00 ff 10";
  numbers @10 :List(Int32) = [1, -2, 3];
  scalars @11 :Scalars = (int32 = 7, text = "inner");
  texts @12 :List(Text) = ["a", "b"];
  either :union {
    nothing @13 :Void;
    text @14 :Text = "chosen";
    list @15 :List(Scalars) = [(int8 = 1), (bool = true)];
    scalars @16 :Scalars = (uint8 = 9);
    number @17 :UInt32 = 42;
  }
}

struct Lists {
  voids @0 :List(Void);
  bools @1 :List(Bool);
  int8s @2 :List(Int8);
  int16s @3 :List(Int16);
  int32s @4 :List(Int32);
  int64s @5 :List(Int64);
  uint8s @6 :List(UInt8);
  uint16s @7 :List(UInt16);
  uint32s @8 :List(UInt32);
  uint64s @9 :List(UInt64);
  float32s @10 :List(Float32);
  float64s @11 :List(Float64);
  colours @12 :List(Colour);
  texts @13 :List(Text);
  datas @14 :List(Data);
  structs @15 :List(Scalars);
  lists @16 :List(List(Int32));
  deep @17 :List(List(List(Text)));
  unions @18 :List(Shape);
  caps @19 :List(Door);
}

struct Shape {
  name @0 :Text;
  union {
    circle @1 :Float64;
    square @2 :Float64;
    rectangle :group {
      width @3 :UInt16;
      height @4 :UInt16;
    }
    polygon @5 :List(Point);
    unknown @6 :Void;
    other @7 :Shape;
  }
  filled @8 :Bool;
  border :union {
    none @9 :Void;
    solid :group {
      width @10 :UInt8 = 1;
      colour @11 :Colour;
    }
    image @12 :Data;
  }
}

struct Point {
  x @0 :Int32;
  y @1 :Int32;
}

struct Box(T) {
  value @0 :T;
  next @1 :Box(T);
  inner @2 :Inner;
  pair @3 :Pair(T, Text);

  struct Inner {
    value @0 :T;
    count @1 :UInt32;
  }
}

struct Pair(First, Second) {
  first @0 :First;
  second @1 :Second;
  group :group {
    again @2 :First;
    note @3 :Text;
  }
}

interface Door {
  open @0 () -> ();
}

struct Everything {
  scalars @0 :Scalars;
  defaults @1 :Defaults;
  lists @2 :Lists;
  shape @3 :Shape;
  textBox @4 :Box(Text);
  shapeBox @5 :Box(Shape);
  openBox @6 :Box;
  any @7 :AnyPointer;
  anyStruct @8 :AnyStruct;
  anyList @9 :AnyList;
  door @10 :Door;
  listBox @11 :Box(List(Int16));
  foreign @12 :Box(Point).Inner;
}

struct Recursive {
  union {
    child @0 :Recursive;
    leaf @1 :UInt32;
  }
}

struct OldShape {
  # Shape as an older program knows it.
  name @0 :Text;
  union {
    circle @1 :Float64;
    square @2 :Float64;
  }
}

enum OldColour {
  red @0;
}

struct Colours {
  colour @0 :Colour = green;
  colours @1 :List(Colour);
}

struct OldColours {
  colour @0 :OldColour;
  colours @1 :List(OldColour);
}

struct OldScalars {
  void @0 :Void;
  bool @1 :Bool;
  int8 @2 :Int8;
  int16 @3 :Int16;
}

struct NumberList {
  values @0 :List(Int32);
}

struct PointList {
  values @0 :List(Point);
}
