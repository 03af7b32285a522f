using CodeB.Domain.Backups.Retention;
using CodeB.Domain.Errors;

namespace CodeB.Domain.Tests.Retention;

public sealed class RetentionPolicyTests
{
    [Theory]
    [InlineData("standard", 0, 7, 30, 365, 0)]
    [InlineData("week", 0, 7, 0, 0, 0)]
    [InlineData("month", 0, 30, 0, 0, 0)]
    [InlineData("half-year", 0, 7, 30, 183, 0)]
    [InlineData("last=3,yearly=1825d", 3, 0, 0, 0, 1825)]
    [InlineData(" last = 3 , daily=14 ", 3, 14, 0, 0, 0)]
    public void A_policy_is_a_name_or_its_rules(string text, int last, int daily, int weekly, int monthly, int yearly)
    {
        var policy = RetentionPolicy.Parse(text);

        Assert.Equal(
            new RetentionPolicy { Last = last, DailyDays = daily, WeeklyDays = weekly, MonthlyDays = monthly, YearlyDays = yearly }, policy);
        Assert.Equal(policy, RetentionPolicy.Parse(policy.ToString()));
        Assert.Equal(policy, RetentionPolicy.Parse(policy.ToRules()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("forever")]
    [InlineData("daily")]
    [InlineData("daily=0d")]
    [InlineData("daily=-1")]
    [InlineData("last=3d")]
    [InlineData("daily=7d,daily=8d")]
    [InlineData("hourly=7d")]
    [InlineData("daily=99999999999999")]
    public void What_is_no_policy_is_refused_with_the_field_and_what_to_type_instead(string text)
    {
        var refused = Assert.Throws<DomainException>(() => RetentionPolicy.Parse(text, "job.policy"));

        Assert.Equal((ErrorCode.InvalidArgument, "job.policy"), (refused.Code, refused.Field));
        Assert.Contains("standard", refused.Message, StringComparison.Ordinal);
        Assert.Contains("daily=7d", refused.Message, StringComparison.Ordinal);
    }
}
