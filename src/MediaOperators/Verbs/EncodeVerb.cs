using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class EncodeVerb { public static Command Build() => new("encode", ""); }
