@0xc1d7b7a9e3f05d21;
# The envelope of a frame: segment 0 of its message. Payload bytes stand in segments of their own (docs/reference/wire-formats.md, section 6).

using CSharp = import "/csharp.capnp";
$CSharp.namespace("K8sMediaFlow.Messages");

struct FrameMessage {
  # One media unit.

  stream @0 :UInt64;
  # With the sequence, the frame's identity: given once by the source, inherited by all that derives from it.

  sequence @1 :UInt64;
  # 1, 2, 3 … within the stream.

  captureTimeWallNs @2 :Int64;
  # Wall clock at the source, nanoseconds since 1970; labels only, nothing is computed from it.

  presentationTimeNs @3 :Int64;
  # Nanoseconds since the start of the stream.

  durationNs @4 :Int64;
  # How long the frame is shown or heard; 0 if unknown.

  media :union {
    none @5 :Void;
    video @6 :Video;
    audio @7 :Audio;
    encoded @8 :Encoded;
  }
  # What the payload is.

  payload0 @9 :Data;
  payload1 @10 :Data;
  # Where the payload lies: in segments of their own, or in segment 0.

  metadata @11 :List(Metadata);
  # Free; names are unique.

  timeBaseNumerator @12 :UInt32;
  timeBaseDenominator @13 :UInt32;
  # Seconds of one tick, as a fraction. Both are 0 where the times in nanoseconds are all that is known.

  presentationTicks @14 :Int64;
  durationTicks @15 :Int64;
  # The two times above as the source has them, not rounded to nanoseconds.

  struct Video {
    # Raw picture.

    width @0 :UInt32;
    height @1 :UInt32;
    pixelFormat @2 :PixelFormat;
    frameRateNumerator @3 :UInt32;
    frameRateDenominator @4 :UInt32;
    planes @5 :List(Plane);
  }

  struct Plane {
    # Rows of one component, or of interleaved components.

    offsetBytes @0 :UInt32;
    # From the start of the payload.

    strideBytes @1 :UInt32;
    # From one row to the next.

    rows @2 :UInt32;
    payload @3 :UInt8;
    # Which payload it lies in, 0 or 1.
  }

  struct Audio {
    # Raw sound, channels interleaved unless the sample format is planar.

    sampleRate @0 :UInt32;
    channels @1 :UInt16;
    sampleFormat @2 :SampleFormat;
    sampleCount @3 :UInt32;
    # Per channel.
  }

  struct Encoded {
    # Any encoded message, with what a tool needs to show it.

    schemaId @0 :UInt64;
    schemaName @1 :Text;
    encoding @2 :PayloadEncoding;
  }

  struct Metadata {
    name @0 :Text;
    union {
      int64 @1 :Int64;
      float64 @2 :Float64;
      bool @3 :Bool;
      text @4 :Text;
      data @5 :Data;
      float64List @6 :List(Float64);
      int64List @7 :List(Int64);
    }
  }
}

enum PixelFormat {
  unknown @0;
  yuv420p @1;
  yuv422p @2;
  yuv444p @3;
  nv12 @4;
  gray @5;
  rgb24 @6;
  bgr24 @7;
  rgba @8;
  bgra @9;
  yuv420p10le @10;
  yuv422p10le @11;
  p010le @12;
  gray16le @13;
}

enum SampleFormat {
  unknown @0;
  u8 @1;
  s16le @2;
  s24le @3;
  s32le @4;
  f32le @5;
  f64le @6;
  f32lep @7;
}

enum PayloadEncoding {
  opaque @0;
  capnProto @1;
  protobuf @2;
  json @3;
  h264 @4;
  hevc @5;
  av1 @6;
  aac @7;
  opus @8;
  jpeg @9;
  png @10;
}
