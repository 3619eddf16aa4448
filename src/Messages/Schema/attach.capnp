@0xd20c3a1d5bb86f43;
# Media operator and sidecar, over the attach socket (docs/reference/wire-formats.md, section 4). One datagram is one message; "+ memfd" means that
# descriptors travel beside it.

using CSharp = import "/csharp.capnp";
$CSharp.namespace("K8sMediaFlow.Messages");

struct AttachMessage {
  const protocol :UInt16 = 2;
  # The version of this protocol.

  const protocolOldest :UInt16 = 1;
  # The oldest version that is still spoken: it knows no edges that deliver at most once or by key.

  union {
    hello @0 :Hello;
    # SDK, first of all.

    welcome @1 :Welcome;
    refused @2 :Refused;
    # Sidecar, as answer to hello.

    doorbell @3 :Void;
    # Sidecar: the operator's own doorbell. + memfd

    region @4 :Region;
    # Sidecar: a region to map. + memfd

    regionMapped @5 :RegionRef;
    # SDK: mapped and populated.

    regionGone @6 :RegionRef;
    # Sidecar: nothing points into this region any more; unmap it. Not answered.

    channelRegion @7 :ChannelRegion;
    # Sidecar: a channel's region index from now on means this region.

    channelRegionReady @8 :ChannelRegion;
    # SDK: as told.

    channel @9 :Channel;
    # Sidecar: a channel. + channel memfd, peer's doorbell memfd, and the sidecar's eventfd if the peer is the sidecar

    channelReady @10 :ChannelRef;
    # SDK: mapped and in use.

    channelClosed @11 :ChannelClosed;
    # Sidecar: the peer is dead or gone.

    goodbye @12 :ChannelRef;
    # SDK, as consumer: nothing that came by the closed channel is held any more.

    consumerGone @13 :ChannelRef;
    # Sidecar to the producer: all that the dead consumer had borrowed is back; take back what is neither returned nor done.

    stop @14 :Stop;
    # Sidecar: sources end their streams, the others finish what comes.

    failed @15 :Failed;
    # SDK, last words.

    completed @16 :Void;
    # SDK, last words.

    violation @17 :Violation;
    # Either: the peer broke the protocol; that channel (0: the connection) ends.

    completedKept @18 :Void;
    # Sidecar, as answer to completed: no death of the sidecar loses it any more.

    producerCompleted @19 :ProducerCompleted;
    # Sidecar: no channel will come from this producer, it has completed in an earlier life of this operator or of the sidecar.

    edgePolicy @20 :EdgePolicy;
    # Sidecar: what an edge that delivers at most once may drop from now on. Since protocol 2. Not answered.
  }

  enum Role {
    mediaOperator @0;
    observer @1;
    # A tool that reads channels and regions and never takes part.
  }

  struct Hello {
    protocolLowest @0 :UInt16;
    protocolHighest @1 :UInt16;
    operator @2 :Text;
    replica @3 :UInt32;
    token @4 :Data;
    incarnation @5 :UInt64;
    # Random, one per process life.

    role @6 :Role;
    processId @7 :Int32;
    lastSidecarIncarnation @8 :UInt64;
    # Of the sidecar that this process was attached to before, 0 if none: a re-attach brings frames that are not done.

    pendingBlockBytes @9 :UInt64;
    # Bytes that a re-attach has to copy into its new region.
  }

  struct ProducerCompleted {
    port @0 :Text;
    # The operator's own.

    peer @1 :Text;
    # As channels name it.
  }

  struct Welcome {
    protocol @0 :UInt16;
    sidecarIncarnation @1 :UInt64;
    inputs @2 :List(InputPort);
    outputs @3 :List(OutputPort);
    waiting @4 :Waiting;
    spinMicroseconds @5 :UInt32;
    execution @6 :Execution;
    pipeline @7 :Text;
    # namespace/name, for messages to people.

    heartbeatMilliseconds @8 :UInt32;
  }

  enum Waiting { hybrid @0; busy @1; event @2; }
  enum Execution { streaming @0; batch @1; }

  struct InputPort {
    name @0 :Text;
    edge @1 :Text;
    caps @2 :Caps;
    order @3 :Order;
    reorderWindow @4 :UInt32;
    # Frames; 0 unless order is bySequence.

    replayWindow @5 :UInt32;
    # Runs of sequences without holes that are remembered of a stream: what was seen and is in them is recognised as a duplicate,
    # everything else is new.

    maxBorrowed @6 :UInt32;
    # Frames that the operator may hold at once.

    channelCount @7 :UInt32;
    # Channels that will be announced: the stream has ended when all have.

    deadlineMilliseconds @8 :UInt32;
    # Age since the source's send at which a frame is not handed out any more; 0: none. Since protocol 2.
  }

  enum Order { arrival @0; bySequence @1; }

  struct OutputPort {
    name @0 :Text;
    caps @1 :Caps;
    quotaBlocks @2 :UInt32;
    frameSizeBytes @3 :UInt64;
    # Largest payload that the caps allow.

    edges @4 :List(OutputEdge);
  }

  struct OutputEdge {
    name @0 :Text;
    distribution @1 :Distribution;
    onFull @2 :OnFull;
    delivery @3 :Delivery;
    channelCount @4 :UInt32;
    channelCapacity @5 :UInt32;

    queueFrames @6 :UInt32;
    # Where delivery is atMostOnce: frames that may wait for one consumer. Since protocol 2, as are those below.

    windowFrames @7 :UInt32;
    # Frames that may wait for all consumers of the edge or be with them. They are part of the port's quota.

    deadlineMilliseconds @8 :UInt32;
    # Age since the source's send at which a frame is dropped; 0: none.

    keyField @9 :Text;
    # Where distribution is byKey: the metadata field by which frames are dealt out.
  }

  struct EdgePolicy {
    port @0 :Text;
    # The operator's own.

    edge @1 :Text;
    isProducer @2 :Bool;
    # Whether that port is an output.

    onFull @3 :OnFull;
    queueFrames @4 :UInt32;
    windowFrames @5 :UInt32;
    deadlineMilliseconds @6 :UInt32;
  }

  enum Distribution { roundRobin @0; byKey @1; broadcast @2; oneToOne @3; }
  enum OnFull { block @0; dropOldest @1; dropNewest @2; latestOnly @3; }
  enum Delivery { atMostOnce @0; atLeastOnce @1; }

  struct Caps {
    union {
      any @0 :Void;
      video @1 :VideoCaps;
      audio @2 :AudioCaps;
      encoded @3 :EncodedCaps;
    }
  }

  struct VideoCaps {
    width @0 :UInt32;
    height @1 :UInt32;
    format @2 :Text;
    frameRateNumerator @3 :UInt32;
    frameRateDenominator @4 :UInt32;
  }

  struct AudioCaps {
    sampleRate @0 :UInt32;
    channels @1 :UInt16;
    format @2 :Text;
    samplesPerFrame @3 :UInt32;
  }

  struct EncodedCaps {
    schemaName @0 :Text;
    schemaId @1 :UInt64;
    encoding @2 :Text;
    maxBytes @3 :UInt64;
  }

  struct Refused {
    code @0 :RefusalCode;
    reason @1 :Text;
  }

  enum RefusalCode {
    unknown @0;
    badToken @1;
    unknownOperator @2;
    nameTaken @3;
    # A living process has it.

    versionMismatch @4;
    draining @5;
    noPlan @6;
    # The sidecar has not been told its plan yet; try again.

    banned @7;
    # It broke the protocol; the reason says who saw what. Final for this process.

    outOfMemory @8;
    # The machine has not the pages that its region needs; the reason says how many.
  }

  struct Region {
    region @0 :UInt32;
    # The sidecar's number for it on this connection.

    idLow @1 :UInt64;
    idHigh @2 :UInt64;
    # As in the region's header.

    lengthBytes @3 :UInt64;
    isOwn @4 :Bool;
    # Map it read-write; it is sealed after regionMapped.

    owner @5 :Text;
    # Operator and replica, or link, for messages to people.
  }

  struct RegionRef {
    region @0 :UInt32;
  }

  struct ChannelRegion {
    channel @0 :UInt64;
    index @1 :UInt16;
    region @2 :UInt32;
  }

  struct ChannelRef {
    channel @0 :UInt64;
  }

  struct Channel {
    channel @0 :UInt64;
    isProducer @1 :Bool;
    # Whether the receiver of this message is the producing end.

    port @2 :Text;
    # The receiver's own port.

    edge @3 :Text;
    peer @4 :Text;
    # The operator at the other end, also where the sidecar stands for it.

    peerReplica @5 :UInt32;
    # Of a consumer behind a link: the first of those there. Since protocol 2.

    peerIsSidecar @6 :Bool;
    capacity @7 :UInt32;
    maxBorrowed @8 :UInt32;
    isReplacement @9 :Bool;
    # Takes the place of a closed channel: what was not done there comes again.
  }

  struct ChannelClosed {
    channel @0 :UInt64;
    reason @1 :ClosedReason;
    detail @2 :Text;
  }

  enum ClosedReason {
    unknown @0;
    peerDied @1;
    peerCompleted @2;
    peerFailed @3;
    violation @4;
    scaledAway @5;
    linkGone @6;
    draining @7;
  }

  struct Stop {
    deadlineMilliseconds @0 :UInt32;
    reason @1 :Text;
  }

  struct Failed {
    reason @0 :Text;
  }

  struct Violation {
    channel @0 :UInt64;
    reason @1 :Text;
  }
}
