@0xb7c2f0d19e5a8364;
# What annotations change of the JSON form.

using Json = import "/capnp/compat/json.capnp";

enum Mood {
  veryHappy @0 $Json.name("very-happy");
  sad @1;
}

struct Annotated {
  someName @0 :Text $Json.name("some_name");
  mood @1 :Mood;
  base64 @2 :Data $Json.base64;
  hex @3 :Data $Json.hex;
  plain @4 :Data;
  flat :group $Json.flatten() {
    one @5 :UInt32;
    two @6 :Text;
  }
  prefixed :group $Json.flatten(prefix = "pre.") {
    one @7 :UInt32;
    deep :group $Json.flatten(prefix = "deep.") {
      three @8 :Bool;
    }
  }
  inlined @9 :Inlined $Json.flatten(prefix = "in_");
  tagged :union $Json.discriminator(name = "kind") {
    nothing @10 :Void;
    number @11 :Int64;
    named @12 :Text $Json.name("a-name");
  }
  valued :union $Json.discriminator(name = "what", valueName = "value") {
    nothing @13 :Void;
    number @14 :Int32;
    text @15 :Text;
  }
  spread :union $Json.flatten() $Json.discriminator() {
    circle :group $Json.flatten() {
      radius @16 :Float64;
    }
    box :group $Json.flatten() {
      width @17 :UInt16;
      radius @18 :Float64;
    }
  }
  animals @19 :List(Animal);
}

struct Inlined {
  left @0 :Int8;
  right @1 :List(Mood);
}

struct Animal $Json.discriminator(name = "species", valueName = "details") {
  name @0 :Text;
  union {
    cat @1 :UInt16;
    dog @2 :Text $Json.name("Dog!");
    ghost @3 :Void;
  }
}
