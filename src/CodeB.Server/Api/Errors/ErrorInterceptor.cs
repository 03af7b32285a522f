using CodeB.Domain.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CodeB.Server.Api.Errors;

/// <summary>
/// The one place where an error becomes a gRPC status. A <see cref="DomainException"/> was written for the caller and goes out
/// as it is; anything else is ours, goes to the log in full, and out as INTERNAL with no inner detail.
/// </summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    /// <summary>Trailer with the request's field that broke a rule.</summary>
    public const string FieldTrailer = "codeb-field";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error, context);
        }
    }

    private RpcException Translate(Exception error, ServerCallContext context)
    {
        switch (error)
        {
            case DomainException domain:
                if (domain.Field is { } field)
                    context.ResponseTrailers.Add(FieldTrailer, field);
                return new RpcException(new Grpc.Core.Status(CodeOf(domain.Code), domain.Message));
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Grpc.Core.Status(StatusCode.Cancelled, "the caller hung up"));
            case TimeoutException:
                LogUnexpected(context.Method, error);
                return new RpcException(new Grpc.Core.Status(StatusCode.DeadlineExceeded, $"{context.Method}: CodeB did not answer in time; see its log"));
            default:
                LogUnexpected(context.Method, error);
                return new RpcException(new Grpc.Core.Status(StatusCode.Internal, $"{context.Method}: an error inside CodeB; see its log"));
        }
    }

    public static StatusCode CodeOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => StatusCode.InvalidArgument,
        ErrorCode.NotFound => StatusCode.NotFound,
        ErrorCode.AlreadyExists => StatusCode.AlreadyExists,
        ErrorCode.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorCode.Unavailable => StatusCode.Unavailable,
        ErrorCode.DeadlineExceeded => StatusCode.DeadlineExceeded,
        ErrorCode.ResourceExhausted => StatusCode.ResourceExhausted,
        ErrorCode.PermissionDenied => StatusCode.PermissionDenied,
        ErrorCode.Unauthenticated => StatusCode.Unauthenticated,
        ErrorCode.Aborted => StatusCode.Aborted,
        ErrorCode.DataLoss => StatusCode.DataLoss,
        ErrorCode.Internal => StatusCode.Internal,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "no gRPC status stands for it"),
    };

    [LoggerMessage(LogLevel.Error, "{Method} failed")]
    private partial void LogUnexpected(string method, Exception error);
}
