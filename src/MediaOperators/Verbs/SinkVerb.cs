using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class SinkVerb { public static Command Build() => new("sink", ""); }
