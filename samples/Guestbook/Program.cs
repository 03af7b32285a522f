using Guestbook;
using Npgsql;

var builder = WebApplication.CreateSlimBuilder(args);
var settings = Settings.From(builder.Configuration);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(settings.Port));
builder.Logging.SetMinimumLevel(LogLevel.Warning);
await using var app = builder.Build();
app.UseWebSockets();

await using var source = settings.Database is { } database ? NpgsqlDataSource.Create(database) : null;
using var visits = settings.Redis is { } redis ? new Visits(redis) : null;
var entries = source is null ? null : new Entries(source, settings.Version);
var room = new Broadcast(settings.Version);

app.MapGet("/", async (CancellationToken cancellationToken) => Results.Content(
    Page.Render(
        settings.Version,
        visits is null ? null : await visits.CountAsync(),
        entries is null ? null : await entries.LastAsync(20, cancellationToken)),
    "text/html; charset=utf-8"));

app.MapGet("/version", () => settings.Version);

app.MapGet("/health", async (CancellationToken cancellationToken) =>
{
    var (databaseAnswer, redisAnswer) = (
        await AnswerAsync(entries?.PingAsync(cancellationToken)),
        await AnswerAsync(visits?.PingAsync()));
    var healthy = databaseAnswer is "ok" or "not configured" && redisAnswer is "ok" or "not configured";
    return Results.Json(
        new { status = healthy ? "healthy" : "unhealthy", version = settings.Version, database = databaseAnswer, redis = redisAnswer },
        statusCode: healthy ? 200 : 503);
});

app.MapGet("/api/entries", async (int? last, CancellationToken cancellationToken) => entries is null
    ? Results.Problem("no database is configured", statusCode: 503)
    : Results.Ok(await entries.LastAsync(Math.Clamp(last ?? 20, 1, 1000), cancellationToken)));

app.MapPost("/api/entries", async (NewEntry entry, CancellationToken cancellationToken) =>
{
    if (entries is null)
        return Results.Problem("no database is configured", statusCode: 503);
    return Limits.Reason(entry.Author, entry.Message) is { } reason
        ? Results.Problem(reason, statusCode: 400)
        : Results.Ok(await entries.AddAsync(entry.Author!, entry.Message!, cancellationToken));
});

app.MapPost("/entries", async (HttpRequest request, CancellationToken cancellationToken) =>
{
    if (entries is null)
        return Results.Problem("no database is configured", statusCode: 503);
    var form = await request.ReadFormAsync(cancellationToken);
    var (author, message) = (form["author"].ToString(), form["message"].ToString());
    if (Limits.Reason(author, message) is { } reason)
        return Results.Problem(reason, statusCode: 400);
    await entries.AddAsync(author, message, cancellationToken);
    request.HttpContext.Response.Headers.Location = "/";
    return Results.StatusCode(303);
});

// A request that takes its time: shows that a switch leaves what is under way on the old slot.
app.MapGet("/api/wait", async (int? milliseconds, CancellationToken cancellationToken) =>
{
    await Task.Delay(Math.Clamp(milliseconds ?? 1000, 0, 30_000), cancellationToken);
    return settings.Version;
});

app.MapGet("/ws", async (HttpContext context) =>
{
    if (!context.WebSockets.IsWebSocketRequest)
        return Results.Problem("this is a WebSocket endpoint", statusCode: 400);
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    await room.JoinAsync(socket, app.Lifetime.ApplicationStopping);
    return Results.Empty;
});

await app.RunAsync();

static async Task<string> AnswerAsync(Task? ping)
{
    if (ping is null)
        return "not configured";
    try
    {
        await ping.WaitAsync(TimeSpan.FromSeconds(4));
        return "ok";
    }
    catch (Exception e) when (e is not OperationCanceledException)
    {
        // The type says enough: a driver's message may name accounts and addresses.
        return $"no answer ({e.GetType().Name})";
    }
}

internal sealed record NewEntry(string? Author, string? Message);

internal static class Limits
{
    public static string? Reason(string? author, string? message) =>
        string.IsNullOrWhiteSpace(author) || author.Length > 80 ? "author: 1 to 80 characters"
        : string.IsNullOrWhiteSpace(message) || message.Length > 500 ? "message: 1 to 500 characters"
        : null;
}
