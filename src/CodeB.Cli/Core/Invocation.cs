using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace CodeB.Cli.Core;

/// <summary>One run of one command: its arguments, its terminal and its connection to CodeB.</summary>
internal sealed class Invocation(
    ParseResult arguments, string commandPath, Terminal terminal, Uri address, bool json, CancellationToken interrupted) : IDisposable
{
    /// <summary>CodeB logs in to servers during some of these calls, so it is given time.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    private GrpcChannel? _channel;

    /// <summary>Such as <c>we backup run</c>.</summary>
    public string CommandPath { get; } = commandPath;

    public Terminal Terminal { get; } = terminal;

    public Uri Address { get; } = address;

    /// <summary>Output is JSON, and nobody is asked anything.</summary>
    public bool Json { get; } = json;

    public CancellationToken Interrupted { get; } = interrupted;

    public GrpcChannel Channel => _channel ??= GrpcChannel.ForAddress(Address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // A silent connection, cut off while an operation is followed, is noticed.
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        },
    });

    /// <summary>For a call with one answer.</summary>
    public CallOptions Call => new(Headers(), DateTime.UtcNow + AnswerLimit, Interrupted);

    /// <summary>For a stream: it lasts as long as what it reports.</summary>
    public CallOptions Stream => new(Headers(), deadline: null, Interrupted);

    public T Get<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    public T Get<T>(Option<T> option) => arguments.GetValue(option)!;

    /// <summary>Reads standard input. Reading a console cannot be cancelled, not even by ReadToEndAsync: Ctrl-C leaves the read behind.</summary>
    public Task<T> ReadAsync<T>(Func<TextReader, T> read) => Task.Run(() => read(Terminal.Input)).WaitAsync(Interrupted);

    public void Line(string text = "") => Terminal.Line(text);

    /// <summary>The answer as one JSON document, or the text that says the same.</summary>
    public int Show(IMessage answer, Action text)
    {
        if (Json)
            WriteJson(answer);
        else
            text();
        return ExitCode.Success;
    }

    public void WriteJson(IMessage message) => Terminal.Output.WriteLine(Core.Json.Of(message));

    public void Dispose() => _channel?.Dispose();

    private Metadata Headers()
    {
        var actor = Terminal.Variable("CODEB_ACTOR") is { Length: > 0 } given ? given : Terminal.UserName;
        var clean = string.Concat(actor.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@'));
        var headers = new Metadata();
        if (clean.Length > 0)
            headers.Add("codeb-actor", clean);
        return headers;
    }
}
