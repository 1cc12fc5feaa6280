using System.Collections.Generic;
using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Route53;
using CdkIrsa;
using CdkIrsa.Controllers;

var app = new App();
var stack = new Stack(app, "Teams", new StackProps
{
    Env = new Amazon.CDK.Environment { Account = "111122223333", Region = "eu-west-1" },
});

var oidcProvider = new ClusterOidcProvider(stack, "Oidc", new ClusterOidcProviderProps
{
    IssuerUrl = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
    RemovalPolicy = RemovalPolicy.RETAIN,
});

var reader = new IrsaServiceAccount(stack, "Reader", new IrsaServiceAccountProps
{
    OidcProvider = oidcProvider,
    Namespace = "reports",
    ServiceAccountName = "reader",
    CreateNamespace = true,
    TokenExpiration = Duration.Hours(1),
    Labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "reader", ["team"] = "data" },
    ImagePullSecrets = new[] { "registry" },
});
reader.AddToPrincipalPolicy(new PolicyStatement(new PolicyStatementProps
{
    Actions = new[] { "cloudwatch:GetMetricData" },
    Resources = new[] { "*" },
}));

// One role for the runners of all teams and one service account of operations.
var runners = new IrsaRole(stack, "Runners", new IrsaRoleProps
{
    Trust = new TrustPolicy().AddServiceAccounts(oidcProvider, new[]
    {
        ServiceAccountSubject.Matching("team-*", "runner"),
        ServiceAccountSubject.Exact("operations", "runner"),
    }),
    MaxSessionDuration = Duration.Hours(2),
});

// A controller whose chart creates the service account.
var zone = HostedZone.FromHostedZoneId(stack, "Zone", "Z0123456789EXAMPLE");
var dns = new IrsaServiceAccount(stack, "Dns", new IrsaServiceAccountProps
{
    OidcProvider = oidcProvider,
    Controller = Controller.ExternalDns(new ExternalDnsOptions { HostedZones = new[] { zone } }),
    CreateServiceAccount = false,
});
dns.WriteHelmValues("external-dns.values.yaml");

// EKS Pod Identity: a managed add-on with a role, and a pod that assumes a second role.
new ManagedAddon(stack, "EbsCsi", new ManagedAddonProps
{
    ClusterName = "blue",
    AddonName = "aws-ebs-csi-driver",
    Controller = Controller.EbsCsiDriver(new EbsCsiDriverOptions { ClusterName = "blue" }),
});
var worker = new PodIdentityServiceAccount(stack, "Worker", new PodIdentityServiceAccountProps
{
    ClusterName = "blue",
    Namespace = "jobs",
    ServiceAccountName = "worker",
});
worker.AddToPrincipalPolicy(new PolicyStatement(new PolicyStatementProps
{
    Actions = new[] { "s3:GetObject" },
    Resources = new[] { $"arn:aws:s3:::jobs/{PodIdentityTags.KUBERNETES_NAMESPACE_VARIABLE}/*" },
}));
worker.GrantAssume(runners);

app.Synth();
