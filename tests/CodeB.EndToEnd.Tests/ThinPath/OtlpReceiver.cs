using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>Takes traces over OTLP (http/protobuf) and keeps of each span what says where it belongs.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const ulong ServerKind = 2;

    private readonly WebApplication _app;
    private readonly ConcurrentBag<Span> _spans = [];

    private OtlpReceiver(WebApplication app)
    {
        _app = app;
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            foreach (var span in Spans(body.ToArray()))
                _spans.Add(span);
            return Results.Bytes([], "application/x-protobuf");
        });
        app.MapPost("/v1/metrics", () => Results.Bytes([], "application/x-protobuf"));
    }

    public IReadOnlyList<Span> Received => [.. _spans];

    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2.
    private static IEnumerable<Span> Spans(byte[] request) =>
        from resource in Messages(request, 1)
        from scope in Messages(resource, 2)
        from span in Messages(scope, 2)
        select new Span(
            Id(span, 1),
            Id(span, 2),
            Id(span, 4),
            Messages(span, 5).Select(System.Text.Encoding.UTF8.GetString).FirstOrDefault() ?? "",
            Kind(span) == ServerKind);

    private static string Id(byte[] span, int field) => Convert.ToHexStringLower(Messages(span, field).FirstOrDefault() ?? []);

    // Span.kind = 6.
    private static ulong Kind(byte[] span)
    {
        using var input = new CodedInputStream(span);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == 6)
                return input.ReadUInt64();
            input.SkipLastField();
        }

        return 0;
    }

    /// <summary>The values of one length-delimited field.</summary>
    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        using var input = new CodedInputStream(message);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }

        return found;
    }

    /// <summary>Ids in hexadecimal; the parent is empty at the root.</summary>
    internal sealed record Span(string Trace, string Id, string Parent, string Name, bool IsServer);
}
