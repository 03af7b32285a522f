using System.Globalization;
using System.Net;
using System.Text;

namespace Guestbook;

/// <summary>The one web page.</summary>
internal static class Page
{
    public static string Render(string version, long? visits, IReadOnlyList<Entry>? entries)
    {
        // A colour of its own for each version: a switch can be seen from across the room.
        var hue = version.Aggregate(17, (sum, c) => (sum * 31 + c) % 360) * 47 % 360;
        var rows = new StringBuilder();
        foreach (var entry in entries ?? [])
        {
            rows.Append(CultureInfo.InvariantCulture, $"""
                <li><b>{WebUtility.HtmlEncode(entry.Author)}</b> {WebUtility.HtmlEncode(entry.Message)}
                <small>{entry.WrittenAt:yyyy-MM-dd HH:mm:ss} UTC, {WebUtility.HtmlEncode(entry.Version)}</small></li>

                """);
        }

        var form = entries is null ? "" : """
            <form method="post" action="/entries">
            <input name="author" placeholder="name" maxlength="80" required>
            <input name="message" placeholder="message" maxlength="500" size="40" required>
            <button>sign</button></form>
            """;
        return $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Guestbook {{WebUtility.HtmlEncode(version)}}</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }
            h1 span { background: hsl({{hue}} 70% 40%); color: white; border-radius: .4rem; padding: 0 .6rem }
            small { color: #777 }
            </style></head><body>
            <h1>Guestbook <span>{{WebUtility.HtmlEncode(version)}}</span></h1>
            <p>{{(visits is { } n ? $"Visits: {n}" : "Visits are not counted here.")}}</p>
            {{form}}
            <ul>
            {{rows}}</ul>
            </body></html>
            """;
    }
}
