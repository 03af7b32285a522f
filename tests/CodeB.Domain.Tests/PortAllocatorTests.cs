using CodeB.Domain.Errors;
using CodeB.Domain.Ports;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests;

public sealed class PortAllocatorTests
{
    [Fact]
    public void The_first_project_of_each_range_gets_its_first_two_ports()
    {
        Assert.Equal(new PortPair { Blue = 4000, Green = 4001 }, PortAllocator.Allocate(PortRange.For("production"), new HashSet<int>()));
        Assert.Equal(new PortPair { Blue = 4500, Green = 4501 }, PortAllocator.Allocate(PortRange.For("staging"), new HashSet<int>()));
        Assert.Equal(new PortPair { Blue = 5000, Green = 5001 }, PortAllocator.Allocate(PortRange.For("pr-42"), new HashSet<int>()));
    }

    [Fact]
    public void A_range_holds_250_pairs_and_then_says_that_it_is_exhausted()
    {
        var used = new HashSet<int>();
        for (var i = 0; i < 250; i++)
        {
            var pair = PortAllocator.Allocate(PortRange.Production, used);
            Assert.True(used.Add(pair.Blue) && used.Add(pair.Green));
        }

        var error = Assert.Throws<DomainException>(() => PortAllocator.Allocate(PortRange.Production, used));
        Assert.Equal(ErrorCode.ResourceExhausted, error.Code);
        Assert.Contains("4000-4499", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_used_no_port_is_given_twice_blue_is_even_green_is_next_and_both_are_in_the_range() =>
        Prop.ForAll(Gen.Choose(3990, 5510).ArrayOf().ToArbitrary(), Gen.Elements(PortRange.All.ToArray()).ToArbitrary(), (taken, range) =>
        {
            var used = taken.ToHashSet();
            var pair = PortAllocator.Allocate(range, used);
            return !used.Contains(pair.Blue) && !used.Contains(pair.Green) && pair.Blue % 2 == 0
                && pair.Green == pair.Blue + 1 && pair.Blue >= range.First && pair.Green <= range.Last;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
}
