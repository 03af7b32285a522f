using Demo.Data;
using Demo.Fleet;
using Demo.Output;

namespace Demo.Steps;

internal sealed class DataSteps(Servers servers, Guestbook guestbook, Screen screen)
{
    private const long LeastBytes = 200_000_000;

    public async Task<Outcome> PrepareAsync(CancellationToken cancellationToken)
    {
        var sample = new SampleData(servers, guestbook);
        await sample.CreateDatabaseAsync(cancellationToken);
        var bytes = await sample.FillDatabaseAsync(cancellationToken);
        const long random = (long)SampleData.Photos * SampleData.PhotoBytes;
        screen.Fact($"PostgreSQL: {Screen.Size(bytes)}, {Screen.Size(random)} of it random bytes, which do not compress");
        if (bytes < LeastBytes || random < bytes / 2)
            throw new StepException("storage", $"{Screen.Size(bytes)} in PostgreSQL, {Screen.Size(random)} of it incompressible, is too little to show anything");
        var keys = await sample.FillRedisAsync();
        screen.Fact($"Redis: {keys} keys");
        return keys >= SampleData.Strings + SampleData.Hashes
            ? new($"{Screen.Size(bytes)} in PostgreSQL, half of it incompressible; {keys} Redis keys", bytes)
            : throw new StepException("storage", $"Redis holds {keys} keys after {SampleData.Strings + SampleData.Hashes} were written");
    }
}
