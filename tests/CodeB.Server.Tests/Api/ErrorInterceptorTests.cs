using CodeB.Domain.Errors;
using CodeB.Server.Api.Errors;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeB.Server.Tests.Api;

public sealed class ErrorInterceptorTests
{
    private readonly ErrorInterceptor _interceptor = new(NullLogger<ErrorInterceptor>.Instance);

    [Fact]
    public void Every_error_of_the_domain_has_the_gRPC_status_of_the_same_name()
    {
        foreach (var code in Enum.GetValues<ErrorCode>())
            Assert.Equal(code.ToString(), ErrorInterceptor.CodeOf(code).ToString());
    }

    [Fact]
    public async Task An_error_of_the_domain_reaches_the_caller_as_it_was_written_with_its_field_in_a_trailer()
    {
        var call = new TestCall();

        var error = await FailAsync(DomainException.Invalid("name", "is empty"), call);

        Assert.Equal((StatusCode.InvalidArgument, "name: is empty"), (error.StatusCode, error.Status.Detail));
        Assert.Equal("name", call.ResponseTrailers.GetValue(ErrorInterceptor.FieldTrailer));
    }

    [Fact]
    public async Task Any_other_error_is_INTERNAL_and_shows_nothing_of_its_inside()
    {
        var error = await FailAsync(new InvalidOperationException("password=geheim"), new TestCall());

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("geheim", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grain_that_does_not_answer_in_time_is_DEADLINE_EXCEEDED() =>
        Assert.Equal(StatusCode.DeadlineExceeded, (await FailAsync(new TimeoutException(), new TestCall())).StatusCode);

    [Fact]
    public async Task A_caller_that_hung_up_is_CANCELLED_and_no_error_of_ours()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        var error = await FailAsync(new OperationCanceledException(gone.Token), new TestCall(cancellation: gone.Token));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    [Fact]
    public async Task A_status_that_a_service_chose_itself_is_left_alone()
    {
        var chosen = new RpcException(new Status(StatusCode.Unavailable, "as it is"));

        Assert.Same(chosen, await FailAsync(chosen, new TestCall()));
    }

    private async Task<RpcException> FailAsync(Exception failure, ServerCallContext call) =>
        await Assert.ThrowsAsync<RpcException>(() =>
            _interceptor.UnaryServerHandler<string, string>("request", call, (_, _) => Task.FromException<string>(failure)));
}
