/**
 * Set-ups of a service account, its pod and its role: those that work, and those that do not. Each has a namespace and
 * roles of its own, so that they stand side by side.
 */
import { CLUSTER, ISSUER } from './world';
import { REGION, webIdentityTrust } from '../deploy/harness';
import { Manifest } from '../judges/kubernetes';

/** With the provider of the cluster, which knows two audiences. */
export const ACCOUNT = '111122223333';
/** With the provider of the cluster, too. */
export const NEIGHBOR = '444455556666';
/** Without a provider. */
export const BARE = '222233334444';
/** With a provider that knows another audience only. */
export const STRICT = '333344445555';
export const OWN_AUDIENCE = 'vault.example.com';
export const CLUSTER_ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/${CLUSTER}`;

export const PREFIX = 'eks.amazonaws.com';
export const ACTION = 'eks:DescribeCluster';

export interface RolePlan {
  account: string;
  name: string;
  path: string;
  trust: any;
  policy: any;
  boundary?: any;
}

/** What there is, and what is asked. */
export interface Plan {
  readonly namespace: string;
  /** The role that the pod is to get. */
  readonly role: RolePlan;
  /** Not to be there. */
  isRoleMissing?: boolean;
  /** The way to it, of EKS Pod Identity. */
  via?: RolePlan;
  annotations: Record<string, string>;
  association?: {
    namespace: string;
    serviceAccount: string;
    roleArn: string;
    targetRoleArn?: string;
    disableSessionTags?: boolean;
    policy?: string;
  };
  /** The association goes once the pod is there. */
  isAssociationDeleted?: boolean;
  pod: Manifest;
  /** The pod is there before the annotation and the association. */
  isPodFirst?: boolean;
  /** What stands beside them. */
  readonly objects: Manifest[];
  /** Whether what the role allows is asked for. */
  asksAction?: boolean;
  /** Options of the doctor. */
  readonly options: string[];
}

/** The cluster, where it is not as usual. */
export type State =
  | 'webhook down' | 'webhook down, Fail' | 'no webhook' | 'namespace left out' | 'another prefix' | 'another audience'
  | 'no agent';

export interface Setup {
  readonly name: string;
  /** Whether a pod gets its role, and may do what is asked, as the rules of AWS and Kubernetes are understood. */
  readonly works: boolean;
  /** What the SDKs do differently, where they do: it works where it works with both. */
  readonly differs?: string;
  /** Why nothing that the doctor may read can tell, where that is so. */
  readonly inconclusive?: string;
  /** Of a pair: the two that are broken. */
  readonly breaks?: readonly [string, string];
  readonly state?: State;
  readonly plan: (index: number) => Plan;
}

export type Change = (plan: Plan) => void;

export function arnOf({ account, path, name }: RolePlan): string {
  return `arn:aws:iam::${account}:role${path}${name}`;
}

export function allow(action: string | string[], resource = '*'): any {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] };
}

function irsaPlan(index: number): Plan {
  const namespace = `case-${index}`;
  const trust = webIdentityTrust(ACCOUNT, ISSUER, [`system:serviceaccount:${namespace}:app`]);
  const role: RolePlan = { account: ACCOUNT, name: `role-${index}`, path: '/', trust, policy: allow(ACTION) };
  return {
    namespace,
    role,
    annotations: { [`${PREFIX}/role-arn`]: arnOf(role) },
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name: 'app' },
      spec: {
        serviceAccountName: 'app',
        nodeName: 'node-1',
        containers: [{ name: 'main', image: 'app.example.com/a' }],
      },
    },
    objects: [],
    options: [],
  };
}

function podIdentityTrust(): any {
  return {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    }],
  };
}

function podIdentityPlan(index: number): Plan {
  const { namespace, role, ...plan } = irsaPlan(index);
  role.trust = podIdentityTrust();
  const association = { namespace, serviceAccount: 'app', roleArn: arnOf(role) };
  return { ...plan, namespace, role, annotations: {}, association };
}

/** The role by way of another one. */
export function chained(change: Change = () => undefined): Change {
  return plan => {
    const { role } = plan;
    plan.via = {
      account: ACCOUNT,
      name: `${role.name}-via`,
      path: '/',
      trust: podIdentityTrust(),
      policy: allow(['sts:AssumeRole', 'sts:TagSession'], arnOf(role)),
    };
    role.trust.Statement[0].Principal = { AWS: arnOf(plan.via) };
    plan.association!.roleArn = arnOf(plan.via);
    plan.association!.targetRoleArn = arnOf(role);
    change(plan);
  };
}

function setupsOf(planOf: (index: number) => Plan) {
  return (
    name: string, works: boolean, change: Change = () => undefined, more: Omit<Setup, 'name' | 'works' | 'plan'> = {},
  ): Setup => ({
    name,
    works,
    ...more,
    plan: index => {
      const plan = planOf(index);
      change(plan);
      return plan;
    },
  });
}

export const irsa = setupsOf(irsaPlan);
export const podIdentity = setupsOf(podIdentityPlan);

export const statement = (change: (statement: any, plan: Plan) => void): Change =>
  plan => change(plan.role.trust.Statement[0], plan);
export const equals = (change: (keys: Record<string, unknown>, subject: string, plan: Plan) => void): Change =>
  statement(({ Condition: { StringEquals } }, plan) =>
    change(StringEquals, `system:serviceaccount:${plan.namespace}:app`, plan));
export const SUB = `${ISSUER}:sub`;
export const AUD = `${ISSUER}:aud`;
export const annotated = (values: Record<string, string>): Change => plan => {
  for (const [key, value] of Object.entries(values)) plan.annotations[`${PREFIX}/${key}`] = value;
};
export const role = (text: (arn: string) => string): Change => plan => {
  plan.annotations[`${PREFIX}/role-arn`] = text(arnOf(plan.role));
};
export const inAccount = (account: string): Change => plan => {
  Object.assign(plan.role, { account });
  plan.role.trust.Statement[0].Principal.Federated = `arn:aws:iam::${account}:oidc-provider/${ISSUER}`;
  plan.annotations[`${PREFIX}/role-arn`] = arnOf(plan.role);
  plan.options.push('--role-profile', account);
};
export const podWith = (change: (spec: any, metadata: any, plan: Plan) => void): Change => plan =>
  change(plan.pod.spec, plan.pod.metadata, plan);
export const env = (variables: Record<string, string>): Change => podWith(({ containers: [container] }) => {
  container.env = [
    ...container.env ?? [], ...Object.entries(variables).map(([name, value]) => ({ name, value })),
  ];
});
export const skipping = (list: string, ...others: string[]): Change => podWith((spec, metadata) => {
  metadata.annotations = { [`${PREFIX}/skip-containers`]: list };
  spec.containers.push(...others.map(name => ({ name, image: 'app.example.com/b' })));
});
export const secret = (name: string, data: Record<string, string>): Change => plan => {
  plan.objects.push({
    apiVersion: 'v1', kind: 'Secret', metadata: { namespace: plan.namespace, name }, stringData: data,
  });
  plan.pod.spec.containers[0].envFrom = [{ secretRef: { name } }];
};
export const asking = (change: Change = () => undefined): Change => plan => {
  plan.asksAction = true;
  plan.options.push('--action', ACTION, '--resource', CLUSTER_ARN);
  change(plan);
};
export const also = (...changes: Change[]): Change => plan => changes.forEach(change => change(plan));
export const tagged = (values: Record<string, string>): Change => statement(one => {
  one.Condition = { StringEquals: values };
});
export const projected = (audience: string, name: string): any => ({
  name, projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: 3600, path: 'token' } }] },
});

export const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-of-somebody' };

/** Each two of the set-ups that break one thing, in one. */
export function pairsOf(
  setup: typeof irsa, breaks: Readonly<Record<string, Change>>,
): Setup[] {
  const names = Object.keys(breaks);
  return names.flatMap((one, at) => names.slice(at + 1).map(other =>
    setup(`${one}, and ${other}`, false, also(breaks[one], breaks[other]), { breaks: [one, other] })));
}
