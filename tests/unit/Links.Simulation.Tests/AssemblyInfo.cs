// The clock of the process is the history's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
