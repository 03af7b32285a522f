using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>A client's certificate as gRPC names its parts.</summary>
internal static class PeerCertificate
{
    private const string AlternativeName = "x509_subject_alternative_name";
    private const string CommonName = "x509_common_name";
    private static readonly AuthContext None = new(null, []);

    internal static AuthContext Describe(X509Certificate2? certificate)
    {
        if (certificate is null)
            return None;
        var properties = new Dictionary<string, List<AuthProperty>>();
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(one => one.EnumerateDnsNames());
        Add(AlternativeName, names);
        Add(CommonName, [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)]);
        var identity = properties.ContainsKey(AlternativeName) ? AlternativeName : CommonName;
        return new AuthContext(identity, properties);

        void Add(string name, IEnumerable<string> values)
        {
            var list = values.Select(value => AuthProperty.Create(name, Encoding.UTF8.GetBytes(value))).ToList();
            if (list.Count > 0)
                properties.Add(name, list);
        }
    }
}
