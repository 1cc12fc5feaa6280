"""
The local AWS endpoint of `npx projen deploy-test`: ministack, and what it does not know yet.

CloudFormation of ministack refuses a template with a type it does not know. Each of these types is made here by the endpoint's own API call for
it, so that the CDK CLI deploys, updates, rolls back and deletes the very templates that were synthesized. Nothing here knows the library.
"""
import base64
import contextvars
import json
import re
import sys
import time
from urllib.parse import parse_qs, urlencode

from ministack import app
from ministack.core.responses import get_region, json_response
from ministack.services import cloudcontrol, cloudformation, ec2, eks, iam, sts
from ministack.services.cloudformation.helpers import _error
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS, _delete_predecessor


def call(operation, *args):
    """An API call of the endpoint; its error becomes the reason why the resource failed."""
    status, _, body = operation(*args)
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        raise ValueError(re.sub(r"\s+", " ", text))
    return text


def query(**params):
    """Parameters as the query protocol brings them."""
    return {name: [value] for name, value in params.items()}


def replacing(create, delete, immutable):
    """An update that replaces the resource where one of these properties has changed, and is refused otherwise."""
    def update(physical_id, old, new, stack_name, logical_id=None):
        changed = {name for name in {*old, *new} if old.get(name) != new.get(name)} - {"Tags"}
        if changed - immutable:
            raise ValueError(f"this endpoint cannot update {sorted(changed - immutable)}")
        if not changed:
            return physical_id, {}
        created = create(logical_id, new, stack_name)
        _delete_predecessor(delete, physical_id, old)
        return created
    return update


# AWS::IAM::OIDCProvider: CreateOpenIDConnectProvider.

def create_provider(_logical_id, props, _stack_name):
    params = query(Url=props["Url"])
    for member, key in (("ClientIDList", "ClientIdList"), ("ThumbprintList", "ThumbprintList")):
        params.update({f"{member}.member.{index}": [value] for index, value in enumerate(props.get(key, []), 1)})
    arn = re.search("<OpenIDConnectProviderArn>(.*?)<", call(iam._create_oidc_provider, params)).group(1)
    return arn, {"Arn": arn}


def update_provider(arn, old, new, stack_name, logical_id=None):
    if old["Url"] != new["Url"]:
        created = create_provider(logical_id, new, stack_name)
        _delete_predecessor(delete_provider, arn, old)
        return created
    # AddClientIDToOpenIDConnectProvider and UpdateOpenIDConnectProviderThumbprint are not among the endpoint's calls.
    iam._oidc_providers[arn]["ClientIDList"] = list(new.get("ClientIdList", []))
    iam._oidc_providers[arn]["ThumbprintList"] = list(new.get("ThumbprintList", []))
    return arn, {"Arn": arn}


def delete_provider(arn, _props):
    if arn in iam._oidc_providers:
        call(iam._delete_oidc_provider, query(OpenIDConnectProviderArn=arn))


# AWS::EKS::PodIdentityAssociation: CreatePodIdentityAssociation.

def create_association(_logical_id, props, _stack_name):
    body = {name[0].lower() + name[1:]: value for name, value in props.items() if name not in ("ClusterName", "Tags")}
    association = json.loads(call(eks._create_pod_identity_association, props["ClusterName"], body))["association"]
    return association["associationArn"], {"AssociationArn": association["associationArn"], "AssociationId": association["associationId"]}


def delete_association(arn, props):
    call(eks._delete_pod_identity_association, props["ClusterName"], arn.rsplit("/", 1)[1])


# AWS::EKS::Addon: CreateAddon. EKS makes its associations; the endpoint only keeps them in the record.

ADDON_NAMESPACES = {"amazon-cloudwatch-observability": "amazon-cloudwatch"}


def create_addon(_logical_id, props, _stack_name):
    cluster, name = props["ClusterName"], props["AddonName"]
    body = {key[0].lower() + key[1:]: value for key, value in props.items() if key not in ("ClusterName", "NamespaceConfig", "PodIdentityAssociations", "Tags")}
    json.loads(body.get("configurationValues", "{}"))
    requested = props.get("PodIdentityAssociations", [])
    for arn in [*[entry["RoleArn"] for entry in requested], *filter(None, [body.get("serviceAccountRoleArn")])]:
        if arn.rsplit("/", 1)[1] not in iam._roles:
            raise ValueError(f"{arn} does not exist")
    addon = json.loads(call(eks._create_addon, cluster, body))["addon"]
    namespace = props.get("NamespaceConfig", {}).get("Namespace", ADDON_NAMESPACES.get(name, "kube-system"))
    arns = [create_association(None, {"ClusterName": cluster, "Namespace": namespace, **entry}, None)[0] for entry in requested]
    eks._addons[f"{cluster}/{name}"]["podIdentityAssociations"] = arns
    return f"{cluster}|{name}", {"Arn": addon["addonArn"]}


def delete_addon(_physical_id, props):
    for arn in eks._addons[f"{props['ClusterName']}/{props['AddonName']}"]["podIdentityAssociations"]:
        delete_association(arn, props)
    call(eks._delete_addon, props["ClusterName"], props["AddonName"])


# AWS::EKS::AccessEntry: CreateAccessEntry and AssociateAccessPolicy.

def create_access_entry(_logical_id, props, _stack_name):
    cluster, principal = props["ClusterName"], props["PrincipalArn"]
    known = {"KubernetesGroups", "PrincipalArn", "Type", "Username"}
    body = {name[0].lower() + name[1:]: value for name, value in props.items() if name in known}
    entry = json.loads(call(eks._create_access_entry, cluster, body))["accessEntry"]
    for policy in props.get("AccessPolicies", []):
        scope = {name[0].lower() + name[1:]: value for name, value in policy["AccessScope"].items()}
        call(eks._associate_access_policy, cluster, principal, {"policyArn": policy["PolicyArn"], "accessScope": scope})
    return f"{cluster}|{principal}", {"AccessEntryArn": entry["accessEntryArn"]}


def delete_access_entry(_physical_id, props):
    call(eks._delete_access_entry, props["ClusterName"], props["PrincipalArn"])


# AWS::EC2::EIP and AWS::EC2::NatGateway, of a Vpc: AllocateAddress and CreateNatGateway.

def create_address(_logical_id, props, _stack_name):
    text = call(ec2._allocate_address, query(Domain=props.get("Domain", "vpc")))
    allocation, address = (re.search(f"<{name}>(.*?)<", text).group(1) for name in ("allocationId", "publicIp"))
    return address, {"AllocationId": allocation, "PublicIp": address}


def delete_address(address, _props):
    allocation = next(identity for identity, record in ec2._addresses.items() if record["PublicIp"] == address)
    call(ec2._release_address, query(AllocationId=allocation))


def create_nat_gateway(_logical_id, props, _stack_name):
    text = call(ec2._create_nat_gateway, query(SubnetId=props["SubnetId"], AllocationId=props["AllocationId"]))
    gateway = re.search("<natGatewayId>(.*?)<", text).group(1)
    return gateway, {"NatGatewayId": gateway}


def delete_nat_gateway(gateway, _props):
    call(ec2._delete_nat_gateway, query(NatGatewayId=gateway))


# Custom::AWSCDK-EKS-KubernetesResource, of aws-eks: its Lambda runs kubectl, and there is no cluster to run it against.

def apply_nothing(logical_id, _props, _stack_name):
    return logical_id, {}


def delete_nothing(_physical_id, _props):
    pass


# What is said of each type, how it is made and deleted, and how it changes.
UNKNOWN_TYPES = {
    "AWS::IAM::OIDCProvider": ("made by CreateOpenIDConnectProvider", create_provider, delete_provider, update_provider),
    "AWS::EKS::PodIdentityAssociation": (
        "made by CreatePodIdentityAssociation", create_association, delete_association,
        replacing(create_association, delete_association, {"ClusterName", "Namespace", "ServiceAccount"})),
    "AWS::EKS::Addon": (
        "made by CreateAddon", create_addon, delete_addon,
        replacing(create_addon, delete_addon, {"ClusterName", "AddonName", "NamespaceConfig"})),
    "AWS::EKS::AccessEntry": (
        "made by CreateAccessEntry", create_access_entry, delete_access_entry,
        replacing(create_access_entry, delete_access_entry, {"ClusterName", "PrincipalArn"})),
    "AWS::EC2::EIP": ("made by AllocateAddress", create_address, delete_address, replacing(create_address, delete_address, {"Domain"})),
    "AWS::EC2::NatGateway": (
        "made by CreateNatGateway", create_nat_gateway, delete_nat_gateway,
        replacing(create_nat_gateway, delete_nat_gateway, {"SubnetId", "AllocationId"})),
    "Custom::AWSCDK-EKS-KubernetesResource": (
        "nothing is applied, there is no Kubernetes", apply_nothing, delete_nothing, replacing(apply_nothing, delete_nothing, set())),
}


# Two types of the tests' own: one that fails, and one that takes a while, so that something else can happen in the middle of a deployment.

def refuse(_logical_id, _props, _stack_name):
    raise ValueError("refused on purpose")


def take_a_while(logical_id, props, _stack_name):
    time.sleep(float(props["Seconds"]))
    return logical_id, {}


# Behaviour that differs from AWS in what the tests look at.

def issuer_url(cluster_id):
    """The endpoint says http://localhost:<port>/oidc/id/…; EKS says this."""
    return f"https://oidc.eks.{get_region()}.amazonaws.com/id/{cluster_id}"


def get_resource(request):
    """Cloud Control of the endpoint knows only what was created through itself; a cluster is one of EKS."""
    cluster = eks._clusters.get(request.get("Identifier")) if request.get("TypeName") == "AWS::EKS::Cluster" else None
    if cluster is None:
        return stored_resource(request)
    properties = {"Name": cluster["name"], "Arn": cluster["arn"], "OpenIdConnectIssuerUrl": cluster["identity"]["oidc"]["issuer"]}
    return json_response({"TypeName": "AWS::EKS::Cluster", "ResourceDescription": {"Identifier": cluster["name"], "Properties": json.dumps(properties)}})


def create_cluster(body, creator_arn=None):
    """There is no API server behind a cluster, nor an issuer: tags name those of a test."""
    response = created_cluster(body, creator_arn)
    cluster, tags = eks._clusters.get(body.get("name", "")), body.get("tags", {})
    if cluster and "test-endpoint" in tags:
        cluster["endpoint"] = tags["test-endpoint"]
        cluster["identity"]["oidc"]["issuer"] = tags["test-issuer"]
    return response


# Whether the call at hand is authorized, as ministack does for all calls or for none.
authorizing = contextvars.ContextVar("authorizing", default=False)
pod_sessions = set()


class Authorizing:
    def __bool__(self):
        return authorizing.get()


async def by_session(scope, receive, send):
    """Calls with the session of a pod need permissions; everybody else may do everything."""
    headers = dict(scope.get("headers", []))
    key = re.search(r"Credential=(\w+)/", headers.get(b"authorization", b"").decode("latin-1"))
    authorizing.set(key is not None and key.group(1) in pod_sessions)
    await answered_by_all(scope, receive, send)


def with_one_audience(params):
    """Kubernetes has a list of audiences in its tokens; of one, STS takes it as a text."""
    try:
        header, payload, signature = params["WebIdentityToken"][0].split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    except (KeyError, ValueError):
        return params
    if isinstance(claims.get("aud"), list) and len(claims["aud"]) == 1:
        claims["aud"] = claims["aud"][0]
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return {**params, "WebIdentityToken": [".".join([header, payload, signature])]}


async def by_the_trust_policy(method, path, headers, body, query_params):
    """A role is for those whom it trusts. Only the agent of EKS Pod Identity has asked a judge itself, and says so."""
    params = parse_qs(body.decode("utf-8", "replace"))
    action = params.get("Action", [""])[0]
    if action not in ("AssumeRole", "AssumeRoleWithWebIdentity"):
        return await answered_by_sts(method, path, headers, body, query_params)
    for_pod = action == "AssumeRoleWithWebIdentity" or "x-pod-identity-agent" in headers
    before = authorizing.set("x-pod-identity-agent" not in headers)
    try:
        status, answered, answer = await answered_by_sts(
            method, path, headers, urlencode(with_one_audience(params), doseq=True).encode(), query_params)
    finally:
        authorizing.reset(before)
    if for_pod and status == 200:
        pod_sessions.add(re.search(rb"<AccessKeyId>(\w+)<", answer).group(1).decode())
    return status, answered, answer


def one_at_a_time(operation):
    """CloudFormation of AWS lets nobody change a stack that is being changed; the endpoint does."""
    def guarded(params):
        name = params["StackName"][0]
        stack = cloudformation._stacks.get(name) or next((found for found in cloudformation._stacks.values() if found["StackId"] == name), None)
        status = stack["StackStatus"] if stack else ""
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            return _error("ValidationError", f"Stack:{stack['StackId']} is in {status} state and can not be updated.")
        return operation(params)
    return guarded


for resource_type, (instead, create, delete, update) in UNKNOWN_TYPES.items():
    if resource_type in _RESOURCE_HANDLERS:
        sys.exit(f"endpoint.py: ministack knows {resource_type} by now; remove it from UNKNOWN_TYPES")
    _RESOURCE_HANDLERS[resource_type] = {"create": create, "delete": delete, "update": update, "update_with_logical_id": True}
    print(f"endpoint: CloudFormation does not know {resource_type}: {instead}", flush=True)
_RESOURCE_HANDLERS["Custom::Refused"] = {"create": refuse, "delete": lambda *_: None}
_RESOURCE_HANDLERS["Custom::Slow"] = {"create": take_a_while, "delete": lambda *_: None}

eks._issuer_url = issuer_url
print("endpoint: the issuer of a cluster would be http://localhost: given the form of EKS", flush=True)
created_cluster = eks._create_cluster
eks._create_cluster = create_cluster
print("endpoint: a cluster has neither API server nor issuer: those that its tags name", flush=True)
answered_by_sts = sts.handle_request
sts.handle_request = by_the_trust_policy
print("endpoint: STS gives every role to everybody: as the trust policy says", flush=True)
app.AUTH = Authorizing()
answered_by_all = app.app
app.app = by_session
print("endpoint: every session may do everything: those of pods what their roles allow", flush=True)
stored_resource = cloudcontrol._get_resource
cloudcontrol._get_resource = get_resource
print("endpoint: Cloud Control does not know AWS::EKS::Cluster: read from EKS", flush=True)
for action in ("CreateChangeSet", "ExecuteChangeSet"):
    cloudformation._ACTION_HANDLERS[action] = one_at_a_time(cloudformation._ACTION_HANDLERS[action])
print("endpoint: CloudFormation updates a stack that is being updated: refused, as AWS does", flush=True)

if __name__ == "__main__":
    app.main()
