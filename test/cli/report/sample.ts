import { Access, AccessMap, Policy, Role, ServiceAccount } from '../../../src/analysis/access-map';
import { Actor, ClusterPrincipal, Reach, ReachWay } from '../../../src/analysis/cluster-access';
import { Guard } from '../../../src/analysis/guard/guard';
import { Confidence } from '../../../src/analysis/rbac/paths';
import { RbacBinding } from '../../../src/analysis/rbac-objects';
import { reachesOf } from '../../../src/analysis/reach/reaches';
import { Finding } from '../../../src/analysis/rules/rule';
import { ACCOUNT, ISSUER, PROVIDER_ARN, REGION } from '../../support';

export { ACCOUNT, ISSUER };
export const AUDIENCE = 'sts.amazonaws.com';

/** Names that want out of wherever they are put. */
export const HOSTILE: string[] = [
  '</script><script>window.hacked = 1</script>',
  '<!--<script>',
  '<img src=x onerror="window.hacked = 1">',
  '"\'`',
  '```\n# Heading',
  'a|b||c',
  '@octocat #1 https://evil.example/',
  '${alert(1)}',
  '\u202egnp.exe',
  '\u2028\u2029\u0000\u001b[31m',
  '\\',
  '\\|',
  '[x](javascript:alert(1))',
  '</details>',
  '-->',
  '"]; click x href "javascript:alert(1)"',
  'end',
  '&lt;b&gt;',
  '#quot;',
  '%%{init: {}}%%',
  ' ',
  '',
  '1. one',
  '\ud800',
  `long${'x'.repeat(5000)}`,
  '⟨Stack/Cluster.Issuer⟩',
  '*_~',
  '__proto__',
  'constructor',
];

export function access(namespace: string, name: string, roleName: string, more: Partial<Access> = {}): Access {
  return {
    cluster: ISSUER,
    namespace,
    serviceAccount: name,
    audience: AUDIENCE,
    via: 'irsa',
    role: arn(roleName),
    statement: 0,
    used: true,
    ...more,
  };
}

export function arn(name: string): string {
  return name.startsWith('arn:') || name.startsWith('⟨') ? name : `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

export function webIdentity(subjects: string[], more: any = {}): any {
  const { Condition: condition, ...rest } = more;
  return {
    Effect: 'Allow',
    Principal: { Federated: PROVIDER_ARN },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${ISSUER}:aud`]: AUDIENCE,
        [`${ISSUER}:sub`]: subjects.map(subject => `system:serviceaccount:${subject.replace('/', ':')}`),
      },
      ...condition,
    },
    ...rest,
  };
}

export function policy(name: string, ...statements: any[]): Policy {
  return { name, kind: 'inline', document: { Version: '2012-10-17', Statement: statements } };
}

export function allow(actions: string | string[], resources: string | string[] = '*', more: any = {}): any {
  return { Effect: 'Allow', Action: actions, Resource: resources, ...more };
}

export function role(name: string, trust: any[], policies: Policy[] = []): Role {
  return {
    arn: arn(name),
    name,
    account: ACCOUNT,
    region: REGION,
    partition: 'aws',
    trust: { Version: '2012-10-17', Statement: trust },
    unresolved: [],
    policies,
    place: {
      file: 'cdk.out/Stack.template.json',
      stack: 'Stack',
      logicalId: `Role${name}`,
      constructPath: `Stack/${name}`,
    },
  };
}

export function serviceAccount(namespace: string, name: string, roleName: string): ServiceAccount {
  return {
    namespace,
    name,
    roleArn: arn(roleName),
    audience: AUDIENCE,
    place: { file: 'cdk.out/Stack.k8s.yaml', line: 4, column: 1 },
  };
}

export function mapOf(parts: Partial<AccessMap>): AccessMap {
  const clusters = [...new Set((parts.access ?? []).map(({ cluster }) => cluster))].map(id => ({
    id,
    kind: 'issuer' as const,
  }));
  const nothing = {
    providers: [],
    roles: [],
    serviceAccounts: [],
    associations: [],
    addons: [],
    workloads: [],
    impersonators: [],
    rbac: { roles: [], bindings: [], unknown: [] },
    principals: [],
    reaches: [],
    unknownReaches: [],
    annotations: [],
    repeatedKeys: [],
    access: [],
    existingRoles: [],
    existingProviders: [],
    suppressions: [],
    changedFiles: [],
    constructPaths: {},
  };
  return { ...nothing, clusters, accounts: [ACCOUNT], ...parts };
}

export function finding(more: Partial<Finding> = {}): Finding {
  return {
    rule: 'missing-audience',
    severity: 'error',
    message: 'The statement compares no audience.',
    fix: 'Add it.',
    place: { file: 'cdk.out/Stack.template.json', logicalId: 'Role' },
    ...more,
  };
}

/** A map in which every text that somebody else writes is this one. */
export function hostileMap(text: string): AccessMap {
  return mapOf({
    clusters: [{ id: text, kind: 'issuer' }],
    providers: [{ arn: text, issuer: text, audiences: [text], place: { file: text } }],
    roles: [
      {
        ...role(
          text,
          [webIdentity([`${text}/${text}`]), { Effect: 'Allow', Principal: { AWS: text }, Action: text }],
          [
            policy(text, allow(text, text, { Condition: { StringEquals: { [text]: text } } })),
            { name: text, kind: 'managed', arn: text },
          ],
        ),
        arn: text,
        unresolved: [text],
        place: { file: text, stack: text, logicalId: text, constructPath: text },
      },
    ],
    serviceAccounts: [{ namespace: text, name: text, roleArn: text, audience: text, place: { file: text } }],
    associations: [{ cluster: text, namespace: text, serviceAccount: text, roleArn: text, place: { file: text } }],
    workloads: [
      {
        kind: text,
        name: text,
        namespace: text,
        serviceAccount: text,
        annotations: { [text]: text },
        spec: { env: 'SECRET' },
        place: { file: text },
      },
    ],
    principals: [{
      cluster: text,
      principal: text,
      via: 'aws-auth',
      user: text,
      groups: [text],
      policies: [{ policy: text, namespaces: [text] }],
      doubt: text,
      place: { file: text },
    }],
    reaches: [undefined, text].map((doubt): Reach => ({
      cluster: text,
      clusters: [text],
      ...doubt !== undefined && { doubt },
      actor: { kind: doubt === undefined ? 'User' : 'IAM principal', name: text },
      namespace: text,
      serviceAccount: text,
      ways: [undefined, [text]].map((closedBy): ReachWay => ({
        confidence: 'low',
        steps: [0, 1].map(() => ({ path: text, right: text, grantedBy: [text], to: text, places: [{ file: text }] })),
        ...closedBy && { closedBy },
      })),
    })),
    unknownReaches: [{ cluster: text, actor: { kind: 'Group', name: text }, reason: text, places: [{ file: text }] }],
    access: [
      {
        cluster: text,
        namespace: text,
        serviceAccount: text,
        audience: text,
        via: 'irsa',
        role: text,
        statement: 0,
        used: true,
      },
    ],
  });
}

/** Three service accounts of two namespaces, and a role for people. */
export const THREE = mapOf({
  roles: [
    role(
      'payments-api',
      [webIdentity(['payments/api'])],
      [
        policy(
          'DefaultPolicy',
          allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::receipts/*'),
          allow('s3:ListBucket', 'arn:aws:s3:::receipts'),
        ),
      ],
    ),
    role(
      'payments-worker',
      [webIdentity(['payments/worker'])],
      [
        policy(
          'DefaultPolicy',
          allow('dynamodb:GetItem', `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/Orders`, {
            Condition: { Bool: { 'aws:SecureTransport': 'true' } },
          }),
        ),
      ],
    ),
    role(
      'batch',
      [webIdentity(['batch/*'])],
      [
        policy('DefaultPolicy', allow('s3:*', 'arn:aws:s3:::receipts/*'), {
          Effect: 'Deny',
          Action: 's3:DeleteObject',
          Resource: 'arn:aws:s3:::receipts/*',
        }),
        { name: 'AmazonSQSReadOnlyAccess', kind: 'managed', arn: 'arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess' },
      ],
    ),
    role(
      'ops',
      [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' }],
      [policy('Admin', allow('*'))],
    ),
  ],
  serviceAccounts: [
    serviceAccount('payments', 'api', 'payments-api'),
    serviceAccount('payments', 'worker', 'payments-worker'),
  ],
  workloads: [
    {
      kind: 'Deployment',
      name: 'api',
      namespace: 'payments',
      serviceAccount: 'api',
      annotations: {},
      spec: { containers: [{ env: [{ name: 'PASSWORD', value: 'hunter2' }] }] },
      place: { file: 'deployment.yaml', line: 1, column: 1 },
    },
  ],
  access: [
    access('payments', 'api', 'payments-api'),
    access('payments', 'worker', 'payments-worker'),
    access('batch', '*', 'batch', { used: false }),
  ],
});

const NO_EXCEPTIONS = { users: [], groups: [] };

/** A policy of `WorkloadIdentityGuard`. */
export function guardOf(kind: 'use' | 'tokens'): Guard {
  const facts = { app: 'shop', exceptions: NO_EXCEPTIONS, accounts: {} };
  return {
    name: `shop-${kind}`,
    facts: kind === 'use' ? { ...facts, kind } : { ...facts, kind, audiences: [] },
    clusters: [],
    place: { file: 'guard.yaml', line: 1, column: 1 },
  };
}

/** A way of one step. */
export function way(right: string, grantedBy: string, more: Partial<ReachWay> & { path?: string } = {}): ReachWay {
  const { path = right.split(' in ')[0].replace(/ /g, '-'), ...rest } = more;
  return {
    confidence: 'certain',
    steps: [{ path, right, grantedBy: [grantedBy], to: '', places: [{ file: 'rbac.yaml', line: 1, column: 1 }] }],
    ...rest,
  };
}

export function actor(kind: Actor['kind'], name: string): Actor {
  return { kind, name };
}

/** Of a service account `<namespace>/<name>`. */
export function reach(of: Actor, serviceAccountName: string, ways: ReachWay[], more: Partial<Reach> = {}): Reach {
  const [namespace, name] = serviceAccountName.split('/');
  const to = `ServiceAccount ${serviceAccountName}`;
  return {
    actor: of,
    namespace,
    serviceAccount: name,
    ways: ways.map(({ steps, ...rest }) => (
      { ...rest, steps: [...steps.slice(0, -1), { ...steps[steps.length - 1], to }] }
    )),
    ...more,
  };
}

export const DEV = actor('Group', 'dev');
export const EVE = actor('User', 'eve');
export const OPS = actor('IAM principal', `arn:aws:iam::${ACCOUNT}:role/ops`);
export const CI = actor('ServiceAccount', 'tools/ci');
const EDIT = 'RoleBinding payments/dev (ClusterRole edit)';
const CREATE = way('create pods in payments', EDIT);
const EXEC = way('create pods/exec in payments', EDIT);

/** Three service accounts, and who can act as them. */
export const REACHED = mapOf({
  ...THREE,
  reaches: [
    ...['payments/api', 'payments/worker'].flatMap(name => [
      reach(DEV, name, [CREATE, name === 'payments/api' ? EXEC : { ...EXEC, confidence: 'unknown' as Confidence }]),
      reach(OPS, name, [way('create pods in payments', 'AmazonEKSEditPolicy')], { cluster: ISSUER }),
    ]),
    reach(CI, 'payments/api', [{
      confidence: 'high',
      steps: [
        {
          path: 'impersonate-users',
          right: 'impersonate users',
          grantedBy: ['ClusterRoleBinding ci (ClusterRole ci)'],
          to: 'User bob',
          places: [],
        },
        ...way('create pods in payments', EDIT).steps,
      ],
    }]),
    reach(EVE, 'payments/api', [
      way('create serviceaccounts/token in payments', 'RoleBinding payments/eve (Role tokens)',
        { closedBy: ['payments-tokens'] }),
    ]),
  ],
  unknownReaches: [{
    actor: actor('Group', 'deployers'),
    reason: 'a controller of applications.argoproj.io may run pods in argocd',
    places: [{ file: 'rbac.yaml', line: 40, column: 1 }],
  }],
});

/** As many service accounts as in {@link manyMap}, and so many who can act as some or all of them. */
export function manyPeople(count: number, subjects: number): AccessMap {
  const map = manyMap(count);
  const namespaces = [...new Set(map.access.map(({ namespace }) => namespace))];
  const place = { file: 'rbac.yaml', line: 1, column: 1 };
  const bindings = Array.from({ length: subjects }, (_, index): RbacBinding => {
    const subject = ([
      { kind: 'Group', name: `team-${index}` },
      { kind: 'User', name: `person-${index}@example.com` },
      { kind: 'ServiceAccount', namespace: 'tools', name: `deployer-${index}` },
    ] as const)[index % 3];
    const isOfCluster = index % 20 === 0;
    return {
      kind: isOfCluster ? 'ClusterRoleBinding' : 'RoleBinding',
      ...!isOfCluster && { namespace: namespaces[index % namespaces.length] },
      name: `binding-${index}`,
      role: { kind: 'ClusterRole', name: isOfCluster && index % 40 === 0 ? 'cluster-admin' : 'edit' },
      subjects: [subject],
      place,
    };
  });
  const principals = Array.from({ length: Math.ceil(subjects / 10) }, (_, index): ClusterPrincipal => ({
    principal: `arn:aws:iam::${ACCOUNT}:role/engineer-${index}`,
    via: 'aws-auth',
    groups: [`team-${index * 3}`],
    policies: [],
    place,
  }));
  const rbac = { roles: [], bindings, unknown: [] };
  const { clusters, ...read } = map;
  return { ...map, rbac, principals, ...reachesOf({ ...read, rbac, principals }) };
}

/** Many service accounts, 20 to a namespace; every tenth role is shared, every bucket by four. */
export function manyMap(count: number): AccessMap {
  const all = Array.from({ length: count }, (_, index) => ({
    namespace: `team-${`${Math.floor(index / 20)}`.padStart(3, '0')}`,
    name: `service-${`${index}`.padStart(4, '0')}`,
    role: `role-${`${index - (index % 10 === 1 ? 1 : 0)}`.padStart(4, '0')}`,
    index,
  }));
  return mapOf({
    roles: all
      .filter(({ index }) => index % 10 !== 1)
      .map(({ namespace, name, role: roleName, index }) =>
        role(
          roleName,
          [webIdentity([`${namespace}/${name}`])],
          [
            policy(
              'DefaultPolicy',
              allow(['s3:GetObject', 's3:PutObject'], `arn:aws:s3:::bucket-${Math.floor(index / 4)}/*`),
              allow('sqs:SendMessage', `arn:aws:sqs:${REGION}:${ACCOUNT}:queue-${index}`),
            ),
          ],
        ),
      ),
    serviceAccounts: all.map(({ namespace, name, role: roleName }) => serviceAccount(namespace, name, roleName)),
    access: all.map(({ namespace, name, role: roleName, index }) =>
      access(namespace, name, roleName, index % 2 === 0 ? {} : { cluster: `${ISSUER}2` }),
    ),
  });
}
