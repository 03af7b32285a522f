using CodeB.Domain.Operations;
using CodeB.Server.Api.Operations;

namespace CodeB.Server.Tests.Api;

public sealed class OperationMappingTests
{
    [Fact]
    public void Every_state_of_an_operation_and_of_a_step_has_its_own_in_the_API()
    {
        var operations = Enum.GetValues<OperationState>().Select(s => new Operation { State = s }.ToProto().State).ToList();
        var steps = Enum.GetValues<StepState>()
            .Select(s => new Operation { Steps = [new StepRecord { Name = "step", State = s }] }.ToProto().Steps[0].State)
            .ToList();

        Assert.Equal(Enum.GetNames<OperationState>(), operations.Select(s => s.ToString()));
        Assert.Equal(Enum.GetNames<StepState>(), steps.Select(s => s.ToString()));
    }

    [Fact]
    public void What_has_not_happened_yet_has_no_time()
    {
        var operation = new Operation { Steps = [new StepRecord { Name = "step" }] }.ToProto();

        Assert.Null(operation.FinishedAt);
        Assert.Null(operation.Steps[0].StartedAt);
    }
}
