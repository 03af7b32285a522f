using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>A call with its message types.</summary>
internal sealed class GrpcCall<TRequest, TResponse>(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    : ClientCall(channel, method, options)
    where TRequest : class
    where TResponse : class
{
    internal Marshaller<TResponse> ResponseMarshaller => method.ResponseMarshaller;

    internal Task<TResponse> StartSingleResponse(HttpContent content) => ReadSingleResponseAsync(Start(content));

    internal IAsyncStreamReader<TResponse> StartResponseStream(HttpContent content) =>
        new ResponseStreamReader<TResponse>(this, Start(content), method.ResponseMarshaller);

    private async Task<TResponse> ReadSingleResponseAsync(Task<HttpResponseMessage> responseTask)
    {
        var response = await responseTask.ConfigureAwait(false);
        PipeReader? body = null;
        try
        {
            body = PipeReader.Create(await response.Content.ReadAsStreamAsync(CancellationToken).ConfigureAwait(false));
            var reader = new MessageReader(body, ResponseHeaders.Encoding(response), Channel.MaxReceiveMessageSize);
            var message = await reader.ReadSingleAsync(method.ResponseMarshaller.ContextualDeserializer, CancellationToken).ConfigureAwait(false);
            if (message is null && ResponseHeaders.ReadStatus(response).StatusCode == StatusCode.OK)
                throw new RpcException(new Status(StatusCode.Internal, "Failed to deserialize response message."));
            var status = Finish(response);
            return status.StatusCode == StatusCode.OK ? message! : throw FailureOf(status);
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
        finally
        {
            if (body is not null)
                await body.CompleteAsync().ConfigureAwait(false);
        }
    }
}
