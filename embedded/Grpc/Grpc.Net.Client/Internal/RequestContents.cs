using System.Net;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>A request body of one message.</summary>
internal sealed class SingleMessageContent<TRequest> : HttpContent
{
    private readonly TRequest _message;
    private readonly Marshaller<TRequest> _marshaller;
    private readonly int? _maxSendMessageSize;

    internal SingleMessageContent(TRequest message, Marshaller<TRequest> marshaller, int? maxSendMessageSize)
    {
        _message = message;
        _marshaller = marshaller;
        _maxSendMessageSize = maxSendMessageSize;
        Headers.TryAddWithoutValidation("Content-Type", Wire.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBufferWriter();
        new MessageWriter(_maxSendMessageSize).Write(buffer, _message, _marshaller.ContextualSerializer);
        await stream.WriteAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>Takes the body's stream and returns when nothing more follows.</summary>
internal interface IStreamedRequest
{
    Task CopyToAsync(Stream stream);
}

/// <summary>A request body that its writer fills while the call runs.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly IStreamedRequest _request;

    internal StreamedContent(IStreamedRequest request)
    {
        _request = request;
        Headers.TryAddWithoutValidation("Content-Type", Wire.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _request.CopyToAsync(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
