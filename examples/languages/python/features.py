from aws_cdk import App, Duration, Environment, RemovalPolicy, Stack
from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.aws_route53 import HostedZone
from cdk_irsa import (
    ClusterOidcProvider,
    Controller,
    IrsaRole,
    IrsaServiceAccount,
    ManagedAddon,
    PodIdentityServiceAccount,
    PodIdentityTags,
    ServiceAccountSubject,
    TrustPolicy,
)

app = App()
stack = Stack(app, "Teams", env=Environment(account="111122223333", region="eu-west-1"))

oidc_provider = ClusterOidcProvider(
    stack,
    "Oidc",
    issuer_url="https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
    removal_policy=RemovalPolicy.RETAIN,
)

reader = IrsaServiceAccount(
    stack,
    "Reader",
    oidc_provider=oidc_provider,
    namespace="reports",
    service_account_name="reader",
    create_namespace=True,
    token_expiration=Duration.hours(1),
    labels={"app.kubernetes.io/name": "reader", "team": "data"},
    image_pull_secrets=["registry"],
)
reader.add_to_principal_policy(PolicyStatement(actions=["cloudwatch:GetMetricData"], resources=["*"]))

# One role for the runners of all teams and one service account of operations.
runners = IrsaRole(
    stack,
    "Runners",
    trust=TrustPolicy().add_service_accounts(
        oidc_provider,
        [ServiceAccountSubject.matching("team-*", "runner"), ServiceAccountSubject.exact("operations", "runner")],
    ),
    max_session_duration=Duration.hours(2),
)

# A controller whose chart creates the service account.
zone = HostedZone.from_hosted_zone_id(stack, "Zone", "Z0123456789EXAMPLE")
dns = IrsaServiceAccount(
    stack,
    "Dns",
    oidc_provider=oidc_provider,
    controller=Controller.external_dns(hosted_zones=[zone]),
    create_service_account=False,
)
dns.write_helm_values("external-dns.values.yaml")

# EKS Pod Identity: a managed add-on with a role, and a pod that assumes a second role.
ManagedAddon(
    stack,
    "EbsCsi",
    cluster_name="blue",
    addon_name="aws-ebs-csi-driver",
    controller=Controller.ebs_csi_driver(cluster_name="blue"),
)
worker = PodIdentityServiceAccount(
    stack, "Worker", cluster_name="blue", namespace="jobs", service_account_name="worker"
)
worker.add_to_principal_policy(
    PolicyStatement(
        actions=["s3:GetObject"],
        resources=[f"arn:aws:s3:::jobs/{PodIdentityTags.KUBERNETES_NAMESPACE_VARIABLE}/*"],
    )
)
worker.grant_assume(runners)

app.synth()
