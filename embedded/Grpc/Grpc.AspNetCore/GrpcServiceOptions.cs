namespace Grpc.AspNetCore.Server;

/// <summary>Settings of all services, or with <c>AddServiceOptions</c> of one.</summary>
public class GrpcServiceOptions
{
    /// <summary>In bytes; null means no limit. Default: no limit. A larger response fails with ResourceExhausted.</summary>
    public int? MaxSendMessageSize
    {
        get;
        set
        {
            field = value;
            MaxSendMessageSizeSpecified = true;
        }
    }

    /// <summary>In bytes; null means no limit. Default: 4 MB. A larger request fails with ResourceExhausted.</summary>
    public int? MaxReceiveMessageSize
    {
        get;
        set
        {
            field = value;
            MaxReceiveMessageSizeSpecified = true;
        }
    }

    /// <summary>Sends the text of unexpected exceptions to clients. Default: false, since such texts may hold secrets.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The first one sees a call first; those of all services come before those of one.</summary>
    public InterceptorCollection Interceptors { get; } = [];

    internal bool MaxSendMessageSizeSpecified { get; private set; }

    internal bool MaxReceiveMessageSizeSpecified { get; private set; }
}

/// <summary>Settings of one service; what is not set here comes from <see cref="GrpcServiceOptions"/>.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
}
