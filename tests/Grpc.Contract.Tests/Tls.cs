using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Contract.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Grpc.Contract.Tests;

public sealed class Tls
{
    [Fact]
    public async Task Calls_and_streams_work_over_TLS()
    {
        using var certificate = CreateCertificate();
        await using var server = await GrpcServer.StartAsync(certificate: certificate);
        using var channel = GrpcChannel.ForAddress(server.Address, Trusting(certificate));
        var client = new V1.Contract.ContractClient(channel);

        var response = await client.UnaryAsync(new Message { Text = "over TLS" });
        using var call = client.ServerStream(new Message { Number = 10 });
        var count = 0;
        await foreach (var _ in call.ResponseStream.ReadAllAsync())
            count++;

        Assert.StartsWith("https://", server.Address);
        Assert.Equal("over TLS", response.Text);
        Assert.Equal(10, count);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_fails_the_call()
    {
        using var certificate = CreateCertificate();
        await using var server = await GrpcServer.StartAsync(certificate: certificate);

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync.Within("the refusal"));

        Assert.Contains("SSL", failure.Status.Detail);
    }

    [Fact]
    public async Task Call_credentials_travel_over_TLS()
    {
        Metadata? seen = null;
        using var certificate = CreateCertificate();
        await using var server = await GrpcServer.StartAsync(Remembering(headers => seen = headers), certificate: certificate);
        var options = Trusting(certificate);
        options.Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, Adding("channel-key", "1"));
        using var channel = GrpcChannel.ForAddress(server.Address, options);

        await new V1.Contract.ContractClient(channel).UnaryAsync(
            new Message(), new CallOptions(credentials: CallCredentials.Compose(Adding("call-key", "2"), Adding("other-key", "3"))));

        Assert.Equal("1", seen!.GetValue("channel-key"));
        Assert.Equal("2", seen.GetValue("call-key"));
        Assert.Equal("3", seen.GetValue("other-key"));
    }

    [Fact]
    public async Task Call_credentials_do_not_travel_in_the_clear_unless_asked_for()
    {
        Metadata? seen = null;
        await using var server = await GrpcServer.StartAsync(Remembering(headers => seen = headers));
        var options = new CallOptions(credentials: Adding("call-key", "secret"));

        await server.Client.UnaryAsync(new Message(), options);
        Assert.Null(seen!.Get("call-key"));

        using var channel = GrpcChannel.ForAddress(
            server.Address, new GrpcChannelOptions { UnsafeUseInsecureChannelCallCredentials = true });
        await new V1.Contract.ContractClient(channel).UnaryAsync(new Message(), options);
        Assert.Equal("secret", seen!.GetValue("call-key"));
    }

    [Fact]
    public void Credentials_must_fit_the_address()
    {
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(
            "http://127.0.0.1:1", new GrpcChannelOptions { Credentials = ChannelCredentials.SecureSsl }));
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(
            "https://127.0.0.1:1", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure }));
        using var fits = GrpcChannel.ForAddress(
            "http://127.0.0.1:1", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure });
        Assert.Equal("127.0.0.1:1", fits.Target);
    }

    private static Handlers Remembering(Action<Metadata> remember) => new()
    {
        Unary = (request, context) =>
        {
            remember(context.RequestHeaders);
            return Task.FromResult(request);
        },
    };

    private static CallCredentials Adding(string key, string value) => CallCredentials.FromInterceptor((context, metadata) =>
    {
        Assert.Equal("Unary", context.MethodName);
        Assert.EndsWith("/grpc.contract.v1.Contract", context.ServiceUrl);
        metadata.Add(key, value);
        return Task.CompletedTask;
    });

    private static GrpcChannelOptions Trusting(X509Certificate2 certificate) => new()
    {
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString() },
        },
        DisposeHttpClient = true,
    };

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
