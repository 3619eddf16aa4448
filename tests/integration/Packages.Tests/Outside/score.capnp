@0xd7c2a9f0b1e34c58;

struct Score {
  name @0 :Text;
  value @1 :Float64;
}
