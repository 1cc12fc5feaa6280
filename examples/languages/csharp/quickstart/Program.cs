using Amazon.CDK;
using Amazon.CDK.AWS.S3;
using CdkIrsa;

var app = new App();
var stack = new Stack(app, "Payments", new StackProps
{
    Env = new Amazon.CDK.Environment { Account = "111122223333", Region = "eu-west-1" },
});

// The cluster's issuer: aws eks describe-cluster --name my-cluster --query cluster.identity.oidc.issuer
var oidcProvider = new ClusterOidcProvider(stack, "Oidc", new ClusterOidcProviderProps
{
    IssuerUrl = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
});

var api = new IrsaServiceAccount(stack, "Api", new IrsaServiceAccountProps
{
    OidcProvider = oidcProvider,
    Namespace = "payments",
    ServiceAccountName = "api",
});
new Bucket(stack, "Receipts").GrantReadWrite(api);

app.Synth();
