using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

public sealed class FilterTests(FilterTests.FilteringSilo fixture) : IClassFixture<FilterTests.FilteringSilo>
{
    private readonly Probe _probe = fixture.Silo.Probe;
    private readonly string _key = Guid.NewGuid().ToString("N");

    private IFilteredGrain Grain => fixture.Silo.Grains.GetGrain<IFilteredGrain>(_key);

    [Fact]
    public async Task The_silos_filters_run_in_order_around_the_grains_own_and_the_method()
    {
        Assert.Equal("hello Ada", await Grain.GreetAsync("Ada"));
        Assert.Equal(
            [
                "class filter: GreetAsync(Ada)",
                "function filter",
                "own filter: GreetAsync",
                "method",
                "function filter got hello Ada",
                "class filter ends",
            ],
            _probe.EventsOf(_key));
    }

    [Fact]
    public async Task A_filter_may_replace_the_result() =>
        Assert.Equal("good day, Ada", await Grain.GreetPolitelyAsync("Ada"));

    [Fact]
    public async Task A_filter_that_throws_keeps_the_call_from_the_grain()
    {
        var error = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => Grain.RefusedAsync());
        Assert.Equal("not you", error.Message);
        Assert.DoesNotContain("method", _probe.EventsOf(_key));
    }

    public sealed class FilteringSilo : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo)
        {
            silo.AddIncomingGrainCallFilter<ClassFilter>();
            silo.AddIncomingGrainCallFilter(async context =>
            {
                if (context.Grain is not FilteredGrain grain)
                {
                    await context.Invoke();
                    return;
                }

                if (context.MethodName == nameof(IFilteredGrain.RefusedAsync)) throw new UnauthorizedAccessException("not you");
                ClassFilter.Probe!.Record(grain.GetPrimaryKeyString(), "function filter");
                await context.Invoke();
                ClassFilter.Probe.Record(grain.GetPrimaryKeyString(), $"function filter got {context.Result}");
            });
        }
    }

    public sealed class ClassFilter : IIncomingGrainCallFilter
    {
        public ClassFilter(Probe probe) => Probe = probe;

        public static Probe? Probe { get; private set; }

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.Grain is not FilteredGrain grain)
            {
                await context.Invoke();
                return;
            }

            var key = grain.GetPrimaryKeyString();
            Assert.Equal(key, context.TargetId.Key.ToString());
            Assert.Equal(typeof(IFilteredGrain), context.InterfaceMethod.DeclaringType);
            Probe!.Record(key, $"class filter: {context.MethodName}({(context.Request.GetArgumentCount() > 0 ? context.Request.GetArgument(0) : "")})");
            await context.Invoke();
            Probe.Record(key, "class filter ends");
        }
    }
}
