using System.Runtime.CompilerServices;

// Every signature here is blittable; with marshalling off the compiler proves it and no stub is made at run time.
[assembly: DisableRuntimeMarshalling]
