namespace K8sMediaFlow.TestKit;

/// <summary>The seed of a random test: taken from the SEED environment variable where set, printed always.</summary>
public static class Seed
{
    public static int Take(string test)
    {
        var given = Environment.GetEnvironmentVariable("SEED");
        var seed = given is null ? Random.Shared.Next() : int.Parse(given, System.Globalization.CultureInfo.InvariantCulture);
        Console.WriteLine($"{test}: SEED={seed}");
        return seed;
    }
}
