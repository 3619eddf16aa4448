using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class OverlayVerb { public static Command Build() => new("overlay", ""); }
