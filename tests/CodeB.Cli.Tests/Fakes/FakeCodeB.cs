using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CodeB.Cli.Tests.Fakes;

/// <summary>A CodeB of answers made beforehand, behind a real gRPC server. It keeps what it was asked.</summary>
public sealed class FakeCodeB : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Func<IMessage, IAsyncEnumerable<IMessage>>> _answers = [];
    private readonly ConcurrentQueue<IMessage> _requests = [];
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    /// <summary>The header that names the caller, of the last call.</summary>
    public string? Actor { get; private set; }

    /// <summary>An upload is answered after its first message, whatever else may come.</summary>
    public bool RefusesUploads { get; set; }

    public IReadOnlyList<IMessage> Requests => [.. _requests];

    /// <summary>Answers requests of that type; calls without an answer fail as UNIMPLEMENTED.</summary>
    public void Answer<TRequest>(params IMessage[] answers)
        where TRequest : IMessage => _answers[typeof(TRequest).Name] = _ => answers.ToAsyncEnumerable();

    /// <summary>Answers, says nothing more before the task has ended, then goes on.</summary>
    public void AnswerAfter<TRequest>(Task wait, IMessage[] before, IMessage[] after)
        where TRequest : IMessage => _answers[typeof(TRequest).Name] = _ => Waiting(wait, before, after);

    /// <summary>Answers first, then ends the call with the status.</summary>
    public void Fail<TRequest>(StatusCode code, string detail, string? field = null, params IMessage[] answersBefore)
        where TRequest : IMessage => _answers[typeof(TRequest).Name] = _ => Failing(code, detail, field, answersBefore);

    /// <summary>Answers first, then says nothing more until the caller hangs up.</summary>
    public void Hang<TRequest>(params IMessage[] answersBefore)
        where TRequest : IMessage => _answers[typeof(TRequest).Name] = _ => Hanging(answersBefore);

    public T Request<T>()
        where T : IMessage => _requests.OfType<T>().Single();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<FakeServers>();
        _app.MapGrpcService<FakeProjects>();
        _app.MapGrpcService<FakeEnv>();
        _app.MapGrpcService<FakeDomains>();
        _app.MapGrpcService<FakeRegistry>();
        _app.MapGrpcService<FakeSlots>();
        _app.MapGrpcService<FakeBackups>();
        _app.MapGrpcService<FakeOperations>();
        _app.MapGrpcService<FakeStatus>();
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    /// <summary>Stops at once: calls that hang are cut off.</summary>
    public async Task CutAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app!.StopAsync(atOnce.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        await _app!.DisposeAsync();
    }

    internal async Task<TResponse> OneAsync<TResponse>(IMessage request, ServerCallContext context)
    {
        await foreach (var answer in Take(request, context))
            return (TResponse)answer;
        throw new InvalidOperationException($"no answer to {request.Descriptor.Name}");
    }

    internal async Task StreamAsync<TResponse>(IMessage request, IServerStreamWriter<TResponse> responses, ServerCallContext context)
    {
        await foreach (var answer in Take(request, context).WithCancellation(context.CancellationToken))
            await responses.WriteAsync((TResponse)answer, context.CancellationToken);
    }

    private IAsyncEnumerable<IMessage> Take(IMessage request, ServerCallContext context)
    {
        Actor = context.RequestHeaders.GetValue("codeb-actor");
        _requests.Enqueue(request);
        if (!_answers.TryGetValue(request.Descriptor.Name, out var answer))
            throw new RpcException(new Status(StatusCode.Unimplemented, $"no answer was prepared for {request.Descriptor.Name}"));
        return TranslateAsync(answer(request), context);
    }

    private static async IAsyncEnumerable<IMessage> TranslateAsync(IAsyncEnumerable<IMessage> answers, ServerCallContext context)
    {
        await using var reader = answers.GetAsyncEnumerator(context.CancellationToken);
        while (true)
        {
            try
            {
                if (!await reader.MoveNextAsync())
                    yield break;
            }
            catch (FieldException error)
            {
                context.ResponseTrailers.Add("codeb-field", error.Name);
                throw new RpcException(error.Status);
            }

            yield return reader.Current;
        }
    }

    private static async IAsyncEnumerable<IMessage> Failing(StatusCode code, string detail, string? field, IMessage[] before)
    {
        foreach (var answer in before)
            yield return answer;
        await Task.CompletedTask;
        var status = new Status(code, detail);
        throw field is null ? new RpcException(status) : new FieldException(status, field);
    }

    private static async IAsyncEnumerable<IMessage> Waiting(Task wait, IMessage[] before, IMessage[] after)
    {
        foreach (var answer in before)
            yield return answer;
        await wait;
        foreach (var answer in after)
            yield return answer;
    }

    private static async IAsyncEnumerable<IMessage> Hanging(
        IMessage[] before, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var answer in before)
            yield return answer;
        var hungUp = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(hungUp.SetResult);
        await hungUp.Task;
    }

    private sealed class FieldException(Status status, string name) : Exception
    {
        public Status Status => status;

        public string Name => name;
    }
}
