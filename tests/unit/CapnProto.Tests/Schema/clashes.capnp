@0x9c3b1f2ad4e75a77;
# Names that clash with each other, with C# and with what is generated; constants, defaults and type parameters of every kind.
using CSharp = import "/csharp.capnp";
$CSharp.namespace("K8sMediaFlow.CapnProto.Tests.event.Clashes");


const voidConst :Void = void;
const boolConst :Bool = true;
const i8 :Int8 = -128;
const u64 :UInt64 = 18446744073709551615;
const f :Float32 = nan;
const textConst :Text = "a\"\\\n\x01é𝄞";
const dataConst :Data = 0x"01 02";
const structConst :Point = (x = 3, label = "p");
const listConst :List(Int16) = [1, -2, 3];
const pointsConst :List(Point) = [(x = 1), (x = 2, label = "two")];
const textsConst :List(Text) = ["a", "b"];
const enumConst :Colour = green;
const boxConst :Box(Text) = (value = "boxed");
const nestedConst :List(List(Bool)) = [[true], [false, true]];

annotation tag(*) :Text;

enum Colour $tag("x") { red @0; green @1 $tag("y"); toString @2; equals @3; }

struct Point { x @0 :Int32 = 5; y @1 :Int32; label @2 :Text = "lab<el> & \"q\""; }
# A <point> & more.
# Second line -- with "quotes".

struct Box(T) { value @0 :T; values @1 :List(Box(T)); other @2 :Box(Text); same @3 :Box(T); count @4 :Int32; any @5 :Box; 
 union { none @6 :Void; it @7 :T; inner @8 :Inner; }
 grp :group { gv @9 :T; }
 struct Inner { v @0 :T; w @1 :UInt8; }
}
struct Map(Key, Value) { entries @0 :List(Entry); struct Entry { key @0 :Key; value @1 :Value; deep @2 :Deep(Key); struct Deep(Key) { a @0 :Key; b @1 :Value; } } }
struct UsesMap { m @0 :Map(Text, List(Point)); n @1 :Map(Text, Map(Data, List(List(Float32)))).Entry; o @2 :Box(List(Void)); p @3 :Box(Iface); }

interface Iface { foo @0 (a :Int32) -> (b :Text); struct InIface { z @0 :Int8; } enum E { a @0; } const c :Int32 = 3; }
interface IfaceT(T) { get @0 () -> (value :T); struct Holder { v @0 :T; } }

struct Clashing {
  class @0 :Int32; # doc of class
  namespace @1 :Text;
  reader @2 :Text; builder @3 :Data; which @4 :Int8; raw @5 :Bool; typeId @6 :UInt64; toString @7 :Text; equals @8 :Bool; getHashCode @9 :Int8; getType @10 :Text; type @11 :Text;
  x @12 :Text; hasX @13 :Bool; initX @14 :Text; setX @15 :Data;
  clashing :group { a @16 :Int32; clashing @17 :Text; }
  point :group { b @18 :Int32; }
  struct Point { q @0 :Int8; }
  reader2 :union { reader @19 :Void; builder @20 :Int16 = 7; g :group { h @21 :Float64 = 1.5; i @22 :Text = "i"; j @23 :Bool = true; k :union { l @24 :Void; m @25 :Point; } } lst @26 :List(Int32) = [1,2,3]; }
  union { u1 @27 :Void; u2 @28 :Float32 = inf; u3 @29 :List(Bool) = [true, false, true]; u4 @30 :Data = 0x"ff"; u5 @31 :AnyPointer; u6 :group { v1 @32 :Int64; } u7 @33 :Iface; u8 @34 :Colour = toString; }
  pt @35 : .Point = (x = 77, label = "dflt");
  lv @36 :List(Void); lp @37 :List( .Point) = [(x=1),(y=2)];
  lt @38 :List(Text) = ["x","y"]; ld @39 :List(Data); lb @40 :List(Bool) = [true]; ll @41 :List(List(Int16)) = [[1],[2,3]]; le @42 :List(Colour) = [green, red]; lll @43 :List(List(List(Text)));
  as @44 :AnyStruct; al @45 :AnyList; cap @46 :Capability; li @47 :List(Iface); lvd @48 :List(Void) = [void, void]; llb @49 :List(List(Box(Text)));
  pointGroup @50 :Text; dt @51 :Data = 0x"00 ff"; tx @52 :Text = "\xff"; llv @53 :List(List(Void)); f32 @54 :Float32 = -0.0; f64 @55 :Float64 = nan;
  struct DefaultOfPt {} enum Which2 { a @0; }
}
struct StructReader { listReader @0 :List(StructReader); }
struct System { a @0 :Text; }
struct Empty {}
