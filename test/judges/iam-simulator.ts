/**
 * Judge: the IAM policy engine of @cloud-copilot/iam-simulate decides who gets in, and @cloud-copilot/iam-policy
 * whether a policy is valid.
 */
import { dirname, join } from 'path';
import { loadPolicy, validateResourcePolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy';

// runSimulation() drops <issuer>:sub as an unknown context key: ask the engine underneath.
const ENGINE = dirname(require.resolve('@cloud-copilot/iam-simulate'));
// eslint-disable-next-line @typescript-eslint/no-require-imports
const load = (module: string) => require(join(ENGINE, module));
const { authorize } = load('core_engine/CoreSimulatorEngine.js');
const { AwsRequestImpl } = load('request/request.js');
const { RequestContextImpl } = load('requestContext.js');

/** A token as STS sees it, and the provider that vouches for it. */
export interface WebIdentity {
  readonly providerArn: string;
  readonly issuer: string;
  /** Left out: a token without the claim. */
  readonly sub?: string;
  readonly aud?: string;
  /** The account of the role; a provider of another one is none for it. */
  readonly account?: string;
}

/** Whether a role with this trust policy lets the token in. */
export function letsIn(trustPolicy: any, { providerArn, issuer, sub, aud, account }: WebIdentity): boolean {
  const context: Record<string, string> = {
    ...sub !== undefined && { [`${issuer}:sub`]: sub },
    ...aud !== undefined && { [`${issuer}:aud`]: aud },
  };
  return ask(trustPolicy, providerArn, 'sts:AssumeRoleWithWebIdentity', context, account);
}

/** A request of EKS Pod Identity, as STS sees it. */
export interface PodIdentityRequest {
  readonly clusterArn: string;
  readonly account: string;
  /** Left out: an association without session tags. */
  readonly namespace?: string;
  readonly serviceAccount?: string;
}

/** Whether EKS Pod Identity can assume a role with this trust policy, and tag the session. */
export function letsPodIn(
  trustPolicy: any,
  { clusterArn, account, namespace, serviceAccount }: PodIdentityRequest,
): boolean {
  const context: Record<string, string> = {
    'aws:SourceArn': clusterArn,
    'aws:SourceAccount': account,
    ...(namespace !== undefined && { 'aws:RequestTag/kubernetes-namespace': namespace }),
    ...(serviceAccount !== undefined && { 'aws:RequestTag/kubernetes-service-account': serviceAccount }),
  };
  return ['sts:AssumeRole', 'sts:TagSession'].every(action =>
    ask(trustPolicy, 'pods.eks.amazonaws.com', action, context),
  );
}

/** Whether a role with this trust policy can be assumed by an IAM principal. */
export function letsPrincipalIn(trustPolicy: any, principalArn: string, context: Record<string, string> = {}): boolean {
  return ask(trustPolicy, principalArn, 'sts:AssumeRole', context);
}

/**
 * Whether a trust policy lets anybody in, of any kind; a caller with an identity in an account may ask for everything
 * by its own policies.
 */
export function trusts(
  trustPolicy: any,
  principal: string,
  action: string,
  context: Record<string, string | string[]>,
): boolean {
  return run({
    principal,
    action,
    resource: 'arn:aws:iam::111122223333:role/workload',
    context,
    resourcePolicy: loadPolicy(trustPolicy, { name: 'trust' }),
    identityPolicies: /:(role|assumed-role)\//.test(principal)
      ? [
        loadPolicy(
          { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
          { name: 'caller' },
        ),
      ]
      : [],
  });
}

/** A role of a chain, as IAM holds it. */
export interface ChainedRole {
  readonly arn: string;
  readonly trust: any;
  readonly policies: any[];
}

/** What a session sends with `sts:AssumeRole`. */
export interface AssumeRoleRequest {
  /** The session tags that go along, which need `sts:TagSession`. */
  readonly tags?: Record<string, string>;
  readonly externalId?: string;
}

/**
 * Whether a session of one role can assume the next: by the trust policy of that one, and by the policies of its own
 * where the account of the other asks for them.
 */
export function canAssume(caller: ChainedRole, next: ChainedRole, request: AssumeRoleRequest = {}): boolean {
  const { tags, externalId } = request;
  const [, , , , account, name] = caller.arn.split(':');
  const tagContext = Object.fromEntries(
    Object.entries(tags ?? {}).map(([key, value]) => [`aws:RequestTag/${key}`, value]),
  );
  // IAM has sts:ExternalId in the context of sts:AssumeRole only.
  const contexts = {
    'sts:AssumeRole': { ...tagContext, ...externalId !== undefined && { 'sts:ExternalId': externalId } },
    ...tags && { 'sts:TagSession': tagContext },
  };
  return Object.entries(contexts).every(([action, context]) => run({
    principal: `arn:aws:sts::${account}:assumed-role/${name.split('/').pop()}/session`,
    action,
    account: next.arn.split(':')[4],
    resource: next.arn,
    context,
    identityPolicies: caller.policies.map((policy, index) => loadPolicy(policy, { name: `policy ${index}` })),
    resourcePolicy: loadPolicy(next.trust, { name: 'trust' }),
  }));
}

/** What the trust policy is told to be wrong about; empty when it is valid. */
export function trustPolicyErrors(trustPolicy: any): string[] {
  return validateTrustPolicy(trustPolicy).map(({ path, message }) => `${path}: ${message}`);
}

/** What a resource policy is told to be wrong about; empty when it is valid. */
export function resourcePolicyErrors(policy: any): string[] {
  return validateResourcePolicy(policy).map(({ path, message }) => `${path}: ${message}`);
}

/** Whether a bucket policy lets somebody without credentials call. */
export function letsAnybody(
  bucketPolicy: any,
  action: string,
  resource: string,
  context: Record<string, string> = {},
): boolean {
  return run({
    principal: { type: 'Anonymous' },
    action,
    resource,
    context,
    resourcePolicy: loadPolicy(bucketPolicy, { name: 'bucket' }),
  });
}

/** A key's policy as KMS makes it by default: without one, no identity policy reaches a key. */
const KEY_POLICY = loadPolicy(
  {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
    ],
  },
  { name: 'key' },
);

/**
 * Whether identity policies allow a call within a permissions boundary; resource `*`: an action that knows no
 * resources.
 */
export function allowsWithin(
  policies: any[], boundary: any, action: string, resource: string, sessionPolicy?: any,
): boolean {
  return run({
    principal: 'arn:aws:iam::111122223333:role/workload',
    action,
    resource,
    wildcardOnly: resource === '*',
    context: {},
    identityPolicies: policies.map((policy, index) => loadPolicy(policy, { name: `policy ${index}` })),
    permissionBoundaries: boundary && [loadPolicy(boundary, { name: 'boundary' })],
    sessionPolicy: sessionPolicy && loadPolicy(sessionPolicy, { name: 'session' }),
  });
}

/** A session of a role that asks STS for the next role. */
export interface ChainedRequest {
  readonly caller: { readonly account: string; readonly name: string };
  readonly policies: any[];
  readonly boundary?: any;
  readonly sessionPolicy?: any;
  readonly next: { readonly account: string; readonly name: string; readonly trust: any };
  readonly context: Record<string, string>;
}

/** Whether both halves allow an action on the next role. */
export function letsSessionIn(
  { caller, policies, boundary, sessionPolicy, next, context }: ChainedRequest, action: string,
): boolean {
  return run({
    principal: `arn:aws:sts::${caller.account}:assumed-role/${caller.name}/session`,
    action,
    account: next.account,
    resource: `arn:aws:iam::${next.account}:role/${next.name}`,
    context,
    identityPolicies: policies.map((policy, index) => loadPolicy(policy, { name: `policy ${index}` })),
    permissionBoundaries: boundary && [loadPolicy(boundary, { name: 'boundary' })],
    sessionPolicy: sessionPolicy && loadPolicy(sessionPolicy, { name: 'session' }),
    resourcePolicy: loadPolicy(next.trust, { name: 'trust' }),
  });
}

/** Whether identity policies allow a call. */
export function allows(
  policies: any[],
  action: string,
  resource: string,
  context: Record<string, string | string[]> = {},
): boolean {
  return run({
    principal: 'arn:aws:iam::111122223333:role/workload',
    action,
    resource,
    context,
    identityPolicies: policies.map((policy, index) => loadPolicy(policy, { name: `policy ${index}` })),
    resourcePolicy: action.startsWith('kms:') ? KEY_POLICY : undefined,
  });
}

function ask(
  trustPolicy: any,
  principal: string,
  action: string,
  context: Record<string, string>,
  account = '111122223333',
): boolean {
  return run({
    principal,
    action,
    account,
    resource: `arn:aws:iam::${account}:role/workload`,
    context,
    resourcePolicy: loadPolicy(trustPolicy, { name: 'trust' }),
  });
}

function run(call: any): boolean {
  const {
    principal,
    action,
    account = '111122223333',
    resource,
    wildcardOnly,
    context,
    identityPolicies = [],
    resourcePolicy,
    permissionBoundaries,
    sessionPolicy,
  } = call;
  const analysis = authorize({
    request: new AwsRequestImpl(
      principal,
      { resource, accountId: account },
      action,
      new RequestContextImpl(context),
      wildcardOnly,
    ),
    sessionPolicy,
    identityPolicies,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy,
    permissionBoundaries,
    vpcEndpointPolicies: undefined,
    simulationParameters: {
      simulationMode: 'Strict',
      discoveryContextKeyConstraints: { constraintFor: () => ({ explicitlyConfigured: false }) },
    },
  });
  return analysis.result === 'Allowed';
}
