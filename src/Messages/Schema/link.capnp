@0xb6f2d4ce17a90835;
# Sidecar and sidecar, over a link's control connection (docs/reference/wire-formats.md, section 5).

using CSharp = import "/csharp.capnp";
$CSharp.namespace("K8sMediaFlow.Messages");

struct LinkMessage {
  const protocol :UInt16 = 3;
  # The version of this protocol.

  const protocolOldest :UInt16 = 1;
  # The oldest one that is still served: without AckSet.missing, so that what is not done may span 4096 sequences at most.

  const magic :UInt64 = 0x314b4e494c464d4b;
  # "KMFLINK1", the first field of hello.

  union {
    hello @0 :Hello;
    # Sender of frames, first of all.

    welcome @1 :Welcome;
    refused @2 :Refused;
    # Receiver, as answer to hello.

    ready @3 :Ready;
    # Both; no data before both.

    grant @4 :Grant;
    ack @5 :Ack;
    # Receiver.

    heartbeat @6 :Heartbeat;
    # Both, every 250 ms.

    drained @7 :Drained;
    # Sender: nothing more will come in this epoch. Receiver, as answer: all of it is done.

    bye @8 :Bye;
    # Both, last of all.
  }

  enum FabricKind {
    unknown @0;
    tcp @1;
    verbs @2;
    simulated @3;
  }

  struct FabricOffer {
    kind @0 :FabricKind;
    offer @1 :Data;
    # Opaque to the link protocol: the fabric's own (Tcp: address, port, one-time token; Verbs: queue pair, GID, key …).
  }

  struct Hello {
    magic @0 :UInt64 = .LinkMessage.magic;
    protocolLowest @1 :UInt16;
    protocolHighest @2 :UInt16;
    namespace @3 :Text;
    pipeline @4 :Text;
    edge @5 :Text;
    senderPod @6 :Text;
    senderIncarnation @7 :UInt64;
    fabrics @8 :List(FabricOffer);
    # In order of preference.

    largestFrameBytes @9 :UInt64;
    # Header and padded segments of the largest frame that the edge's caps allow.

    firstUndone @10 :UInt64;
    # The lowest link sequence that the sender still keeps; what is below is done.

    nextSequence @11 :UInt64;
    # The link sequence that the next new frame will get.

    missing @12 :Text;
    # Why a better fabric is not among those offered, in words; empty where nothing is missing.
  }

  struct Welcome {
    protocol @0 :UInt16;
    epoch @1 :UInt32;
    receiverIncarnation @2 :UInt64;
    fabric @3 :FabricOffer;
    # The chosen one.

    landed @4 :AckSet;
    done @5 :AckSet;
    # What this receiver knows of the sender's incarnation; empty for a new one of either.

    receiverPod @6 :Text;

    largestBlockBytes @7 :UInt32;
    # Size of the largest block of the landing area: a frame that needs more can never cross.

    wayReason @8 :Text;
    # Why the receiver could not take a better fabric that was offered, in words; empty where it took the best.
  }

  struct Refused {
    code @0 :RefusalCode;
    reason @1 :Text;
  }

  enum RefusalCode {
    unknown @0;
    unknownEdge @1;
    wrongIdentity @2;
    versionMismatch @3;
    noCommonFabric @4;
    draining @5;
    noPlan @6;
    frameTooLarge @7;
    busy @8;
    # The previous epoch is not fenced yet; try again.

    wrongPipeline @9;
    protocolViolation @10;
  }

  struct Ready {
    epoch @0 :UInt32;

    done @1 :AckSet;
    # Sender: what it knows to be done. A receiver that is new to this sender's incarnation must not wait for it.
  }

  struct Grant {
    epoch @0 :UInt32;
    sequence @1 :UInt64;
    # 1, 2, 3 … in the epoch; a gap or a repetition is a violation.

    total @2 :UInt64;
    # Slots granted in this epoch with this message.

    slots @3 :List(Slot);
  }

  struct Slot {
    offset @0 :UInt64;
    # From the start of the landing area.

    slot @1 :UInt32;
    sizeBytes @2 :UInt32;
  }

  struct AckSet {
    cumulative @0 :UInt64;
    # All link sequences up to this one, but for those in missing.

    beyond @1 :List(UInt64);
    # Bit i of word w: link sequence cumulative + 1 + 64 w + i.

    missing @2 :List(UInt64);
    # Ascending: those up to cumulative that are not in the set. Empty where all that is not in it lies within 4096 of the highest.
  }

  struct Ack {
    epoch @0 :UInt32;
    landed @1 :AckSet;
    returned @2 :UInt64;
    # Frames whose bytes are needed no more, counted in this epoch.

    done @3 :AckSet;
  }

  struct Heartbeat {
    epoch @0 :UInt32;
    sentNs @1 :UInt64;
    # The sender's own monotonic clock.

    echoNs @2 :UInt64;
    # sentNs of the last heartbeat received, 0 if none.

    echoHeldNs @3 :UInt64;
    # How long ago that one was received: round trip = now - echo - held.
  }

  struct Drained {
    epoch @0 :UInt32;
    lastSequence @1 :UInt64;
  }

  struct Bye {
    epoch @0 :UInt32;
    reason @1 :Text;

    dataLost @2 :Bool;
    # Receiver: the data connection failed at this end, which the other one may not see.
  }
}
