namespace K8sMediaFlow.Cli.Decode;

/// <summary>How a message is shown.</summary>
/// <param name="IsJson">As JSON, otherwise as the text of the format's own tool.</param>
/// <param name="IsPretty">In several lines.</param>
/// <param name="IsGlance">Large parts cut off, with a mark.</param>
internal readonly record struct PayloadForm(bool IsJson, bool IsPretty, bool IsGlance);
