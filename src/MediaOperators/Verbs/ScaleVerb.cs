using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class ScaleVerb { public static Command Build() => new("scale", ""); }
