from aws_cdk import App, Environment, Stack
from aws_cdk.aws_s3 import Bucket
from cdk_irsa import ClusterOidcProvider, IrsaServiceAccount

app = App()
stack = Stack(app, "Payments", env=Environment(account="111122223333", region="eu-west-1"))

# The cluster's issuer: aws eks describe-cluster --name my-cluster --query cluster.identity.oidc.issuer
oidc_provider = ClusterOidcProvider(
    stack, "Oidc", issuer_url="https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
)

api = IrsaServiceAccount(stack, "Api", oidc_provider=oidc_provider, namespace="payments", service_account_name="api")
Bucket(stack, "Receipts").grant_read_write(api)

app.synth()
