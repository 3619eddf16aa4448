@0xeb0b3a1b2d7f4c11;
# What our C# generator wants to know beyond the schema.

annotation namespace @0xf1c5a2b9d03e7a64 (file) :Text;
# The C# namespace of everything in the file.
