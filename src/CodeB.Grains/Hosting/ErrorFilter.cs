using CodeB.Domain.Errors;

namespace CodeB.Grains.Hosting;

/// <summary>
/// An error that leaves a grain crosses processes in a cluster: every kind of domain error goes out as the plain one, which
/// every caller can read.
/// </summary>
public sealed class ErrorFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (DomainException error) when (error.GetType() != typeof(DomainException))
        {
            throw new DomainException(error.Code, error.Message, error.Field);
        }
    }
}
