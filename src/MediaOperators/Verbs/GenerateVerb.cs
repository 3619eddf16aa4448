using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class GenerateVerb { public static Command Build() => new("generate", ""); }
