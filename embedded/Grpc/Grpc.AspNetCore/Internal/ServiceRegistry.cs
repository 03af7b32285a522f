using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The names of the mapped services, and the answer to calls of anything else: Unimplemented.</summary>
internal sealed class ServiceRegistry
{
    private readonly HashSet<string> _services = [];
    private bool _fallbackMapped;

    internal void Add(string serviceName) => _services.Add(serviceName);

    /// <summary>Once for the application: <c>/{service}/{method}</c> with gRPC's content type.</summary>
    internal void MapFallback(IEndpointRouteBuilder builder, List<IEndpointConventionBuilder> endpoints)
    {
        if (_fallbackMapped)
            return;
        _fallbackMapped = true;
        var pattern = RoutePatternFactory.Parse(
            "{unimplementedService}/{unimplementedMethod}",
            defaults: null,
            parameterPolicies: new RouteValueDictionary { ["unimplementedMethod"] = new GrpcRequestConstraint() });
        endpoints.Add(builder.Map(pattern, AnswerUnimplemented).WithDisplayName("gRPC - Unimplemented service or method"));
    }

    private Task AnswerUnimplemented(HttpContext context)
    {
        context.Response.ContentType = Wire.ContentType;
        var known = _services.Contains((string)context.Request.RouteValues["unimplementedService"]!);
        ResponseStatus.Write(context.Response, new Status(StatusCode.Unimplemented, known ? "Method is unimplemented." : "Service is unimplemented."));
        return Task.CompletedTask;
    }

    private sealed class GrpcRequestConstraint : IRouteConstraint
    {
        public bool Match(
            HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is not null
            && HttpMethods.IsPost(httpContext.Request.Method)
            && Wire.IsGrpcContentType(httpContext.Request.ContentType);
    }
}
