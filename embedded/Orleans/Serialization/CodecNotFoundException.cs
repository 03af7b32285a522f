namespace Orleans.Serialization;

public class SerializerException : Exception
{
    public SerializerException(string message)
        : base(message)
    {
    }
}

/// <summary>A value of this type cannot travel between a grain and its callers.</summary>
public sealed class CodecNotFoundException : SerializerException
{
    public CodecNotFoundException(string message)
        : base(message)
    {
    }
}
