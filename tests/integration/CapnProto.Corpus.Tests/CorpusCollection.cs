namespace K8sMediaFlow.CapnProto.Corpus.Tests;

/// <summary>One corpus for all classes: making it is most of the time.</summary>
[CollectionDefinition(nameof(Corpus))]
public class Corpus : ICollectionFixture<CorpusFixture>;
