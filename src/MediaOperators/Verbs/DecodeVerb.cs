using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class DecodeVerb { public static Command Build() => new("decode", ""); }
