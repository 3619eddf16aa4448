using K8sMediaFlow.Control.Hosting;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Control.Tests.Hosting;

/// <summary>How a process ends with its service. What signals do, the tests of the programs see.</summary>
public sealed class ServiceHostTests
{
    [Theory]
    [InlineData(Ending.ByItself, 0)]
    [InlineData(Ending.WhenAsked, 0)]
    [InlineData(Ending.ByAFailure, 1)]
    public async Task A_process_ends_with_its_service_and_only_a_failure_is_one(Ending ending, int exitCode)
    {
        (await ServiceHost.RunAsync<EndingService>(LogFormat.Json, LogLevel.None, new EndingOptions(ending)).WaitAsync(Hang.Bound))
            .ShouldBe(exitCode);
    }

    public enum Ending
    {
        ByItself,
        WhenAsked,
        ByAFailure,
    }

    internal sealed record EndingOptions(Ending Ending)
    {
        public IHostApplicationLifetime? Lifetime { get; set; }
    }

    internal sealed class EndingService : ProcessService
    {
        private readonly EndingOptions _options;

        public EndingService(EndingOptions options, IHostApplicationLifetime lifetime, ILogger<EndingService> logger)
            : base(lifetime, logger) => (_options, options.Lifetime) = (options, lifetime);

        protected override async Task RunAsync(CancellationToken stopping)
        {
            if (_options.Ending == Ending.ByAFailure)
                throw new InvalidDataException("no disk");
            if (_options.Ending == Ending.ByItself)
                return;
            _options.Lifetime!.StopApplication();
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
        }

        protected override bool IsExplained(Exception failure) => true;
    }
}
