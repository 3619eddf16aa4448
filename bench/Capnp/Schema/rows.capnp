@0xb6ad6e1f0e5c9a37;
# The messages of `bench capnp`; rows.proto says the same.

using CSharp = import "/csharp.capnp";
$CSharp.namespace("K8sMediaFlow.Bench.Capnp.Rows");

struct Small {
  id @0 :UInt64;
  score @1 :Float64;
  count @2 :UInt32;
  active @3 :Bool;
  name @4 :Text;
}

struct Nested {
  items @0 :List(Item);

  struct Item {
    id @0 :UInt64;
    confidence @1 :Float32;
    kind @2 :UInt16;
    box @3 :Box;
  }

  struct Box {
    x @0 :Int32;
    y @1 :Int32;
    width @2 :Int32;
    height @3 :Int32;
  }
}

struct Article {
  title @0 :Text;
  author @1 :Text;
  body @2 :Text;
  lines @3 :List(Text);
}

struct Picture {
  stream @0 :UInt64;
  sequence @1 :UInt64;
  captureTimeWallNs @2 :Int64;
  presentationTimeNs @3 :Int64;
  durationNs @4 :Int64;
  video @5 :Video;
  payload @6 :Data;

  struct Video {
    width @0 :UInt32;
    height @1 :UInt32;
    pixelFormat @2 :UInt16;
    frameRateNumerator @3 :UInt32;
    frameRateDenominator @4 :UInt32;
    planes @5 :List(Plane);
  }

  struct Plane {
    offsetBytes @0 :UInt32;
    strideBytes @1 :UInt32;
    rows @2 :UInt32;
  }
}
