/**
 * EKS Pod Identity from the association to the variables in the pods.
 */
import { diagnose } from '../../../../src/cli/doctor/diagnosis';
import { CHECKS } from '../../../../src/cli/doctor/doctor';
import { Facts, PodIdentity } from '../../../../src/cli/doctor/facts';
import { podOf, serviceAccountOf } from '../../../../src/cli/doctor/read/kubernetes-objects';
import { Manifest } from '../../../judges/kubernetes';
import { injected } from '../../../token/pod-identity-webhook';
import { CLUSTER, HEALTHY, IAM_ROLE, OIDC_PROVIDER, verdict } from '../facts';
import { pod, serviceAccount } from '../healthy';
import { ACCOUNT, READ_BUCKET, ROLE, TRUST } from '../read/aws-server';

const URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const TARGET = 'arn:aws:iam::444455556666:role/data';
const PODS_TRUST = {
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments', 'aws:SourceAccount': ACCOUNT },
      ArnEquals: { 'aws:SourceArn': CLUSTER.arn },
    },
  }],
};
const role = (trust: any, arn = ROLE) => ({ value: { ...IAM_ROLE, arn, name: arn.split('/').pop()!, trust } });
const AGENT_URI = { name: URI, value: 'http://169.254.170.23/v1/credentials' };
const TOKEN_FILE = {
  name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  value: '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token',
};
const identityPod = (metadata: any = {}, env: any[] = [AGENT_URI, TOKEN_FILE], spec: any = {}) =>
  pod({ nodeName: 'node-1', containers: [{ name: 'main', image: 'a', env }], ...spec }, metadata);
const AUTO: Partial<Facts> = { agentPods: { value: [] }, cluster: { value: { ...CLUSTER, isAuto: true } } };
const account = (annotations: Record<string, string> = {}) =>
  ({ value: serviceAccountOf(serviceAccount(annotations)) });
const pods = (...all: Manifest[]): Pick<Facts, 'pods'> => ({ pods: { value: all.map(podOf) } });
const association = (more: Partial<PodIdentity> = {}): Pick<Facts, 'podIdentities'> => ({
  podIdentities: { value: [{ id: 'a-1', roleArn: ROLE, modified: new Date('2026-01-02T00:00:00Z'), ...more }] },
});

/** Without an annotation, without an OIDC provider. */
const BY_IDENTITY: Facts = {
  ...HEALTHY,
  ...association(),
  ...pods(identityPod()),
  providers: { value: [] },
  serviceAccount: account(),
  role: { unknown: 'the role is not known: nothing is annotated' },
  identityRoles: { role: role(PODS_TRUST) },
  agentPods: { value: [{ name: 'agent-1', node: 'node-1', isReady: true }] },
};
const diagnosed = (changes: Partial<Facts> = {}) => {
  const { outcome, finding, others } = diagnose(CHECKS, { ...BY_IDENTITY, ...changes });
  return [outcome, ...finding ? [finding.id] : [], ...others.map(({ id }) => id)];
};
const judged = (id: string, changes: Partial<Facts> = {}) => verdict(CHECKS, id, { ...BY_IDENTITY, ...changes });

test('a service account that has nothing but EKS Pod Identity can be healthy', () => {
  expect(diagnosed()).toEqual(['healthy']);
  expect(diagnosed({ assumed: { unknown: 'EKS assumes the role itself' } })).toEqual(['healthy']);
});

test('--assume says what is proved from outside, and what cannot be', () => {
  const tried = (changes: Partial<Facts> = {}) => judged('assume', { assumed: { unknown: 'x' }, ...changes });
  expect(tried()).toMatchObject({ status: 'unknown', decisive: false });
  const [TRUST_PROVED, AGENT_PROVED] = [/Verified from outside: .*trust EKS Pod Identity/, /the EKS Pod Identity Agent runs/];
  expect(tried().summary).toMatch(TRUST_PROVED);
  expect(tried().summary).toMatch(AGENT_PROVED);
  expect(tried().summary).toMatch(/Not verifiable from outside: .*SDKs.*eks-auth:AssumeRoleForPodIdentity/);
  expect(tried({ identityRoles: undefined }).summary).not.toMatch(TRUST_PROVED);
  expect(tried({ agentPods: { unknown: 'no' } }).summary).not.toMatch(AGENT_PROVED);
});

describe('the SDKs', () => {
  const withImage = (image: string) =>
    pods(identityPod({}, undefined, { containers: [{ name: 'main', image, env: [AGENT_URI, TOKEN_FILE] }] }));

  test('that cannot be seen are a candidate, with the versions that they must have', () => {
    expect(judged('sdk-version')).toMatchObject({ status: 'unknown' });
    expect(judged('sdk-version').summary).toMatch(/Cannot determine the SDK versions.*at least: .*Boto3 1\.34\.41;.*Go 1\.47\.11/);
    expect(diagnose(CHECKS, BY_IDENTITY).unknowns.map(({ id }) => id)).toContain('sdk-version');
  });

  test.each<[string, boolean]>([
    ['amazon/aws-cli:2.13.0', true],
    ['amazon/aws-cli:2.15.0', false],
    ['amazon/aws-cli:1.29.0', true],
    ['amazon/aws-cli:1.30.0', false],
    ['registry.k8s.io/external-dns/external-dns:v0.14.0', true],
    ['registry.k8s.io/external-dns/external-dns:v0.15.1', false],
    ['ghcr.io/external-secrets/external-secrets:v0.9.9', true],
    ['ghcr.io/external-secrets/external-secrets:v0.9.9-ubi', true],
    ['ghcr.io/external-secrets/external-secrets:v0.10.0', false],
    ['registry:2.8.3', true],
    ['registry:3.0.0', false],
    ['peakcom/s5cmd:v2.3.0', true],
    ['registry.example.com/main:1.0.0', false],
  ])('%s is too old: %s', (image, isOld) => {
    expect(diagnosed(withImage(image))).toEqual(isOld ? ['unhealthy', 'sdk-version'] : ['healthy']);
  });
});

test('an annotation that is left over is harmless, whatever became of IRSA', () => {
  const leftOver = { serviceAccount: account({ 'eks.amazonaws.com/role-arn': ROLE }), role: role(PODS_TRUST) };
  expect(diagnosed(leftOver)).toEqual(['healthy']);
  const advice = diagnose(CHECKS, { ...BY_IDENTITY, ...leftOver }).checks.flatMap(({ fix = [] }) => fix);
  expect(advice).toEqual([]);
});

test('without a pod nothing was seen', () => {
  expect(diagnosed(pods())).toEqual(['unknown']);
});

describe('the role', () => {
  const trustWith = (change: (statement: any) => void) => {
    const trust = structuredClone(PODS_TRUST);
    change(trust.Statement[0]);
    return { identityRoles: { role: role(trust) } };
  };

  test.each<[string, (statement: any) => void, RegExp]>([
    ['without sts:TagSession', one => (one.Action = 'sts:AssumeRole'), /got sts:TagSession, trusted sts:AssumeRole/],
    ['that trusts web identities', one => Object.assign(one, TRUST.Statement[0]), /action differs/],
    [
      'for another namespace',
      one => (one.Condition.StringEquals['aws:RequestTag/kubernetes-namespace'] = 'batch'),
      /got payments, trusted batch/,
    ],
    [
      'for another cluster',
      one => (one.Condition.ArnEquals['aws:SourceArn'] = `${CLUSTER.arn}-2`),
      /production, trusted .*production-2/,
    ],
    ['that denies', one => Object.assign(one, { Effect: 'Deny' }), /statement 0 of the trust policy denies it/],
  ])('%s is the cause', (_, change, why) => {
    expect(diagnosed(trustWith(change))).toEqual(['unhealthy', 'pod-identity-role']);
    const { summary, fix } = judged('pod-identity-role', trustWith(change));
    expect(summary).toMatch(/^The trust policy of api does not allow pods\.eks\.amazonaws\.com to assume it: /);
    expect(summary).toMatch(why);
    expect(fix!.join()).not.toContain('AssumeRoleWithWebIdentity');
  });

  test('that is gone is the cause, one that cannot be read leaves it open', () => {
    expect(diagnosed({ identityRoles: { role: { value: undefined } } })).toEqual(['unhealthy', 'pod-identity-role']);
    expect(diagnosed({ identityRoles: { role: { unknown: 'needs iam:GetRole: no' } } })).toEqual(['unknown']);
    expect(diagnosed({ identityRoles: undefined })).toEqual(['unknown']);
    expect(diagnosed(trustWith(one => (one.Condition.Bool = { 'aws:Unheard': 'true' })))).toEqual(['unknown']);
  });

  test('without tags needs no sts:TagSession', () => {
    const untagged = trustWith(one => Object.assign(one, { Action: 'sts:AssumeRole', Condition: undefined }));
    expect(diagnosed({ ...association({ disableSessionTags: true }), ...untagged })).toEqual(['healthy']);
  });

  describe('by which EKS assumes a target role', () => {
    const trusting = (principal: string, actions: string | string[], more: any = {}) => ({
      Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: actions, ...more }],
    });
    const BOTH = ['sts:AssumeRole', 'sts:TagSession'];
    const may = (effect: string, actions: string | string[], more: any = {}): any => ({
      value: [{
        name: 'chain',
        kind: 'inline',
        document: {
          value: { Version: '2012-10-17', Statement: [{ Effect: effect, Action: actions, Resource: '*', ...more }] },
        },
      }],
    });
    const chain = (trust: any, policies: any, target = TARGET): Partial<Facts> => ({
      ...association({ targetRoleArn: target }),
      identityRoles: { role: role(PODS_TRUST), target: role(trust, target), policies },
    });
    const FOUND = ['unhealthy', 'pod-identity-role'];
    const SAME = `arn:aws:iam::${ACCOUNT}:role/data`;

    test.each<[string, Partial<Facts>, string[]]>([
      ['with both on both sides', chain(trusting(ROLE, BOTH), may('Allow', BOTH)), ['healthy']],
      ['which trusts no tags', chain(trusting(ROLE, 'sts:AssumeRole'), may('Allow', BOTH)), FOUND],
      ['which trusts another role', chain(trusting(`${ROLE}x`, BOTH), may('Allow', BOTH)), FOUND],
      ['and may send no tags', chain(trusting(ROLE, BOTH), may('Allow', 'sts:AssumeRole')), FOUND],
      ['and has no policy', chain(trusting(ROLE, BOTH), { value: [] }), FOUND],
      ['of the account, which names the role', chain(trusting(ROLE, BOTH), { value: [] }, SAME), ['healthy']],
      [
        'of the account, which trusts the account',
        chain(trusting(`arn:aws:iam::${ACCOUNT}:root`, BOTH), { value: [] }, SAME),
        FOUND,
      ],
      [
        'of the account, which trusts the account, and names the role in a condition only',
        chain(
          trusting(`arn:aws:iam::${ACCOUNT}:root`, BOTH, { Condition: { ArnEquals: { 'aws:PrincipalArn': ROLE } } }),
          { value: [] },
          SAME,
        ),
        FOUND,
      ],
      [
        'within a session policy of the association, which limits the target role only',
        {
          ...chain(trusting(ROLE, 'sts:AssumeRole'), may('Allow', 'sts:AssumeRole')),
          ...association({ targetRoleArn: TARGET, disableSessionTags: true, policy: READ_BUCKET }),
          identityRoles: {
            role: role({ ...PODS_TRUST, Statement: [{ ...PODS_TRUST.Statement[0], Condition: undefined }] }),
            target: role(trusting(ROLE, 'sts:AssumeRole'), TARGET),
            policies: may('Allow', 'sts:AssumeRole'),
          },
        },
        ['healthy'],
      ],
      [
        'with one policy that allows it and one that cannot be read, and may deny it',
        chain(trusting(ROLE, BOTH), {
          value: [...may('Allow', BOTH).value, { name: 'more', kind: 'attached', document: { unknown: 'no' } }],
        }),
        ['unknown'],
      ],
      ['and is denied it', chain(trusting(ROLE, BOTH), may('Deny', BOTH), SAME), FOUND],
      [
        'under conditions',
        chain(trusting(ROLE, BOTH), may('Allow', BOTH, { Condition: { Bool: { 'a:b': 'true' } } })),
        ['unknown'],
      ],
      [
        'within a boundary that does not allow it',
        chain(trusting(ROLE, BOTH), {
          value: [...may('Allow', BOTH).value, { ...may('Allow', 's3:*').value[0], kind: 'boundary' }],
        }),
        FOUND,
      ],
      [
        'with a boundary that cannot be read',
        chain(trusting(ROLE, BOTH), {
          value: [...may('Allow', BOTH).value, { name: 'edge', kind: 'boundary', document: { unknown: 'no' } }],
        }),
        ['unknown'],
      ],
      ['with policies that cannot be read', chain(trusting(ROLE, BOTH), { unknown: 'no' }), ['unknown']],
    ])('%s', (_, facts, outcome) => {
      expect(diagnosed(facts)).toEqual(outcome);
    });
  });
});

describe('the agent', () => {
  test.each<[string, Partial<Facts>, string[], RegExp]>([
    ['that is not installed', { agentPods: { value: [] } }, ['unhealthy', 'pod-identity-agent'], /is not installed/],
    [
      'that runs on another node',
      { agentPods: { value: [{ name: 'agent-2', node: 'node-2', isReady: true }] } },
      ['unhealthy', 'pod-identity-agent'],
      /No ready EKS Pod Identity Agent runs on node node-1/,
    ],
    [
      'that crashes',
      { agentPods: { value: [{ name: 'agent-1', node: 'node-1', isReady: false }] } },
      ['unhealthy', 'pod-identity-agent'],
      /No ready/,
    ],
    ['that may not be listed', { agentPods: { unknown: 'needs list on pods' } }, ['unknown'], /Needs list/],
    ['that was not read', { agentPods: undefined }, ['unknown'], /not read/],
    [
      'of Auto Mode, which has no pod',
      { ...AUTO, ...pods(identityPod({}, undefined, { nodeName: 'i-0123456789abcdef0' })) },
      ['healthy'],
      /EKS Auto Mode runs the agent/,
    ],
    [
      'of Auto Mode, which does not run on other nodes of the cluster',
      { ...AUTO, ...pods(identityPod({}, undefined, { nodeName: 'ip-10-0-0-1.ec2.internal' })) },
      ['unknown'],
      /^Node ip-10-0-0-1\.ec2\.internal is not named like a node of EKS Auto Mode/,
    ],
    [
      'on another node of a cluster of Auto Mode, where it is installed',
      {
        ...AUTO,
        ...pods(identityPod({}, undefined, { nodeName: 'ip-10-0-0-1.ec2.internal' })),
        agentPods: { value: [{ name: 'agent', node: 'ip-10-0-0-1.ec2.internal', isReady: true }] },
      },
      ['healthy'],
      /A ready agent/,
    ],
    [
      'for a pod that has no node yet',
      pods(identityPod({}, undefined, { nodeName: undefined })),
      ['unknown'],
      /^Pod api-1 is not scheduled to a node yet/,
    ],
    [
      'for Windows, where there is none',
      pods(identityPod({}, undefined, { nodeName: 'node-2', nodeSelector: { 'kubernetes.io/os': 'windows' } })),
      ['unhealthy', 'pod-identity-agent'],
      /does not work on Windows/,
    ],
    [
      'for a pod with options for Windows on a Linux node',
      pods(identityPod({}, undefined, { securityContext: { windowsOptions: {} } })),
      ['healthy'],
      /A ready agent/,
    ],
    [
      'on Fargate, where there is none',
      pods(identityPod({ labels: { 'eks.amazonaws.com/fargate-profile': 'default' } })),
      ['unhealthy', 'pod-identity-agent'],
      /does not work on Fargate/,
    ],
  ])('%s', (_, facts, outcome, summary) => {
    expect(diagnosed(facts)).toEqual(outcome);
    expect(judged('pod-identity-agent', facts).summary).toMatch(summary);
  });
});

describe('the variables', () => {
  const at = (creationTimestamp: string) => pods(identityPod({ creationTimestamp }, []));

  test('that are missing in a pod from before the association: it is to be restarted', () => {
    for (const time of ['2026-01-01T00:00:00Z', '2026-01-02T00:00:30Z']) {
      expect(diagnosed(at(time))).toEqual(['unhealthy', 'pod-identity-variables']);
      expect(judged('pod-identity-variables', at(time))).toMatchObject({
        summary: `Pod api-1: container main has no ${URI}. The pod was created before the association took effect.`,
        evidence: [
          'association a-1, last changed at 2026-01-02T00:00:00.000Z',
          `pod api-1 was created at ${time.replace('Z', '.000Z')}`,
        ],
        fix: ['kubectl rollout restart deployment/api -n payments'],
      });
    }
  });

  test('that are missing in a newer pod: the webhook failed, and how to test it', () => {
    const { summary, fix } = judged('pod-identity-variables', at('2026-01-03T00:00:00Z'));
    expect(summary).toMatch(/The pod is newer than the association, so the call to the webhook failed\.$/);
    expect(fix![0]).toMatch(/--dry-run=server .* grep AWS_CONTAINER_CREDENTIALS_FULL_URI$/);
    expect(fix![1]).toMatch(/kubectl rollout restart deployment\/api/);
    expect(JSON.stringify(judged('pod-identity-variables', at('2026-01-03T00:00:00Z')))).not.toContain('AWS_ROLE_ARN');
  });

  describe('that the pod template sets itself', () => {
    const mounted = (audience: string) => ({
      containers: [{
        name: 'main',
        image: 'a',
        env: [AGENT_URI, TOKEN_FILE],
        volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount' }],
      }],
      volumes: [{
        name: 'token',
        projected: { sources: [{ serviceAccountToken: { audience, path: 'eks-pod-identity-token' } }] },
      }],
    });

    test.each<[string, Manifest, string[]]>([
      ['without a token', identityPod({}, [AGENT_URI]), ['unhealthy', 'pod-identity-variables']],
      ['with a token as it stands', identityPod({}, [AGENT_URI, { ...TOKEN_FILE, name: TOKEN_FILE.name.slice(0, -5) }]),
        ['healthy']],
      ['with a token for the agent', identityPod({}, [], mounted('pods.eks.amazonaws.com')), ['healthy']],
      [
        'with a token for STS', identityPod({}, [], mounted('sts.amazonaws.com')),
        ['unhealthy', 'pod-identity-variables'],
      ],
    ])('%s', (_, one, outcome) => {
      expect(diagnosed(pods(one))).toEqual(outcome);
    });

    test('are to be removed there: a restart does not help', () => {
      const { summary, fix } = judged('pod-identity-variables', pods(identityPod({}, [AGENT_URI])));
      expect(summary).toMatch(/^Pod api-1: container main has AWS_CONTAINER_CREDENTIALS_FULL_URI but no AWS_CONTAINER_A/);
      expect(fix).toEqual([
        'kubectl set env deployment/api AWS_CONTAINER_CREDENTIALS_FULL_URI- AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE- '
          + 'AWS_CONTAINER_AUTHORIZATION_TOKEN- -n payments',
      ]);
    });
  });

  describe('of web identity, in a pod that raced the association', () => {
    const annotated = serviceAccount({ 'eks.amazonaws.com/role-arn': ROLE });
    const raced: Partial<Facts> = {
      ...pods(injected(pod({ nodeName: 'node-1' }), annotated)), serviceAccount: { value: serviceAccountOf(annotated) },
    };
    const twoWays = { ...TRUST, Statement: [...TRUST.Statement, ...PODS_TRUST.Statement] };

    test('are fine while IRSA works', () => {
      const works = { ...raced, providers: { value: [OIDC_PROVIDER] }, role: role(twoWays) };
      expect(diagnosed(works)).toEqual(['healthy']);
      expect(judged('pod-identity-variables', works).summary).toMatch(/still use web identity, which works/);
    });

    test.each<[string, Partial<Facts>]>([
      ['without a provider', { role: role(twoWays) }],
      ['that the role no longer trusts', { providers: { value: [OIDC_PROVIDER] }, role: role(PODS_TRUST) }],
    ])('%s need a restart, not IRSA again', (_, more) => {
      expect(diagnosed({ ...raced, ...more })).toEqual(['unhealthy', 'pod-identity-variables']);
      const { fix } = judged('pod-identity-variables', { ...raced, ...more });
      expect(fix!.join()).toContain('kubectl rollout restart deployment/api -n payments');
      const all = diagnose(CHECKS, { ...BY_IDENTITY, ...raced, ...more }).checks.flatMap(check => check.fix ?? []);
      expect(all.join()).not.toMatch(/open-id-connect|WebIdentity/);
    });
  });
});

describe('a proxy', () => {
  const withEnv = (...env: any[]) =>
    pods(identityPod({}, [AGENT_URI, TOKEN_FILE, ...env]));
  const PROXY = { name: 'HTTP_PROXY', value: 'http://user:hunter2@proxy:3128' };
  const NO_PROXY = (value: string) => ({ name: 'NO_PROXY', value });

  test.each<[string, any[], string]>([
    ['without NO_PROXY', [PROXY], 'unknown'],
    ['in small letters', [{ ...PROXY, name: 'http_proxy' }], 'unknown'],
    ['with NO_PROXY for others', [PROXY, { name: 'NO_PROXY', value: 'localhost,10.0.0.0/8' }], 'unknown'],
    ['with NO_PROXY for the agent', [PROXY, { name: 'no_proxy', value: 'localhost, 169.254.170.23' }], 'healthy'],
    ['with NO_PROXY for its network', [PROXY, { name: 'NO_PROXY', value: '169.254.0.0/16' }], 'healthy'],
    ['with NO_PROXY for the agent by IPv6, which it is not asked by', [PROXY, NO_PROXY('[fd00:ec2::23]')], 'unknown'],
    [
      'with NO_PROXY for the agent by IPv6, which it is asked by',
      [PROXY, NO_PROXY('[fd00:ec2::23]'), { name: URI, value: 'http://[fd00:ec2::23]/v1/credentials' }],
      'healthy',
    ],
    ['with NO_PROXY for everything', [PROXY, NO_PROXY('*')], 'healthy'],
    ['that is empty', [{ name: 'HTTP_PROXY' }], 'healthy'],
    ['for HTTPS only, which the agent does not speak', [{ ...PROXY, name: 'HTTPS_PROXY' }], 'healthy'],
  ])('%s', (_, env, outcome) => {
    expect(diagnosed(withEnv(...env))).toEqual([outcome]);
    expect(JSON.stringify(withEnv(...env))).not.toContain('hunter2');
  });
});

test('an association of a name that is near is named, and how to create the one that is meant', () => {
  const facts = {
    podIdentities: { value: [] },
    identityRoles: undefined,
    otherAssociations: {
      value: [
        { namespace: 'payment', name: 'api' },
        { namespace: 'payments', name: 'apis' },
        { namespace: 'a', name: 'b' },
      ],
    },
    ...pods(),
  };
  expect(diagnosed(facts)[1]).toBe('provider-exists'); // of the set-up, which has none
  expect(judged('role-annotation', facts)).toMatchObject({
    status: 'failed',
    evidence: [
      'similar: EKS Pod Identity has an association for payment/api', expect.stringContaining('payments/apis'),
    ],
    fix: [
      'aws eks create-pod-identity-association --cluster-name production --namespace payments --service-account api '
        + '--role-arn <ARN of the role>',
      expect.stringContaining('kubectl annotate'),
      expect.anything(),
    ],
  });
});

describe('an action', () => {
  const question = { ...HEALTHY.question, action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' };
  const asked = (policy?: unknown, resource: string | undefined = question.resource): Partial<Facts> => ({
    ...association({ policy }), question: { ...question, resource },
  });
  const document = (effect: string, action: string, more: any = {}) =>
    ({ Version: '2012-10-17', Statement: [{ Effect: effect, Action: action, Resource: '*', ...more }] });

  test('is judged by the policies of the role of the association, and its session policy', () => {
    expect(judged('action', asked()).status).toBe('ok');
    expect(judged('action', asked(READ_BUCKET)).status).toBe('ok');
    expect(judged('action', asked(document('Allow', 'sqs:*')))).toMatchObject({
      status: 'failed',
      summary: 'The role is not allowed s3:GetObject on arn:aws:s3:::bucket/key: the session policy of association a-1 '
        + 'does not allow it.',
      fix: [
        expect.stringContaining('aws eks update-pod-identity-association'), 'Adding an Allow elsewhere does not help.',
      ],
    });
    expect(judged('action', asked(document('Deny', 's3:*')))).toMatchObject({
      summary: expect.stringMatching(/the session policy of association a-1 denies it\.$/),
      evidence: [expect.stringContaining('Statement[0]: Deny s3:*')],
      fix: [expect.stringMatching(/^Narrow the Deny/), expect.anything()],
    });
    const conditional = document('Allow', 's3:*', { Condition: { Bool: { 'a:b': 'true' } } });
    expect(judged('action', asked(conditional)).status).toBe('unknown');
  });

  test('under a session policy that allows nothing is not even asked for', () => {
    expect(diagnosed(association({ policy: READ_BUCKET }))).toEqual(['healthy']);
    for (const policy of [document('Deny', '*'), { Version: '2012-10-17', Statement: [] }]) {
      expect(diagnosed(association({ policy }))).toEqual(['unhealthy', 'policies']);
    }
    expect(judged('policies', association({ policy: document('Deny', '*') })).summary)
      .toBe('The session policy of association a-1 allows nothing. Pods get the role but cannot do anything.');
  });
});
