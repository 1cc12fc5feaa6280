/**
 * What stands between the pods and those who give them credentials.
 */
import { diagnose } from '../../../../src/cli/doctor/diagnosis';
import { CHECKS } from '../../../../src/cli/doctor/doctor';
import { Facts } from '../../../../src/cli/doctor/facts';
import { egressPolicyOf, podOf, serviceAccountOf } from '../../../../src/cli/doctor/read/kubernetes-objects';
import { injected } from '../../../token/pod-identity-webhook';
import { HEALTHY, IAM_ROLE, verdict } from '../facts';
import { pod, serviceAccount } from '../healthy';
import { ROLE } from '../read/aws-server';

const URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const TOKEN = { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: '/var/run/secrets/token' };
const BY_IPV4 = 'http://169.254.170.23/v1/credentials';
const trust = {
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'],
  }],
};
const podWith = (uri = BY_IPV4, spec: any = {}, metadata: any = {}) => podOf(pod(
  { nodeName: 'node-1', containers: [{ name: 'main', image: 'a', env: [{ name: URI, value: uri }, TOKEN] }], ...spec },
  metadata,
));
const plugins = (hasCilium: boolean, securityGroupMode?: string): Pick<Facts, 'plugins'> =>
  ({ plugins: { value: { hasCilium, ...securityGroupMode && { securityGroupMode } } } });

/** As the API server gives them. */
const policies = (...specs: any[]): Pick<Facts, 'egressPolicies'> => ({
  egressPolicies: {
    value: specs.flatMap((spec, index) =>
      egressPolicyOf({ metadata: { name: `policy-${index}` }, spec: { podSelector: {}, ...spec } }) ?? []),
  },
});
const egress = (...rules: any[]) => ({ policyTypes: ['Egress'], egress: rules });
const block = (cidr: string, except?: string[]) => ({ ipBlock: { cidr, ...except && { except } } });
const DENY = { policyTypes: ['Ingress', 'Egress'] };
const TCP_80 = { protocol: 'TCP', port: 80 };

const ASSOCIATED: Facts = {
  ...HEALTHY,
  providers: { value: [] },
  serviceAccount: { value: serviceAccountOf(serviceAccount({})) },
  role: { unknown: 'nothing is annotated' },
  podIdentities: { value: [{ id: 'a-1', roleArn: ROLE }] },
  identityRoles: { role: { value: { ...IAM_ROLE, trust } } },
  agentPods: { value: [{ name: 'agent-1', node: 'node-1', isReady: true }] },
  pods: { value: [podWith()] },
  ...plugins(false),
};
const outcome = (changes: Partial<Facts>, facts = ASSOCIATED) => diagnose(CHECKS, { ...facts, ...changes }).outcome;
const judged = (changes: Partial<Facts>) => verdict(CHECKS, 'pod-network-policies', { ...ASSOCIATED, ...changes });

describe('NetworkPolicies and the EKS Pod Identity Agent', () => {
  test.each<[string, any[], string]>([
    ['no policy', [], 'healthy'],
    ['one for ingress only', [{ policyTypes: ['Ingress'] }], 'healthy'],
    ['one without types and without rules, which is for ingress', [{ ingress: [] }], 'healthy'],
    ['one without types, with a rule for egress', [{ egress: [{ to: [block('10.0.0.0/8')] }] }], 'unknown'],
    ['one that denies everything', [DENY], 'unknown'],
    ['one for other pods', [{ ...DENY, podSelector: { matchLabels: { app: 'web' } } }], 'healthy'],
    ['one for the pods', [{ ...DENY, podSelector: { matchLabels: { app: 'api' } } }], 'unknown'],
    [
      'one for all pods but these',
      [{ ...DENY, podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['api'] }] } }],
      'healthy',
    ],
    [
      'one for pods with a label',
      [{ ...DENY, podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }],
      'unknown',
    ],
    ['a rule without limits', [egress({})], 'healthy'],
    ['a rule for every port of the agent', [egress({ to: [block('169.254.170.23/32')] })], 'healthy'],
    ['a rule for the agent', [egress({ to: [block('169.254.170.23/32')], ports: [TCP_80] })], 'healthy'],
    ['rules of which the last one is for the agent', [
      egress({ to: [block('10.0.0.0/8')] }, { to: [block('fd00::/8'), block('169.254.0.0/16')], ports: [TCP_80] }),
    ], 'healthy'],
    ['two policies, whose rules add up', [DENY, egress({ to: [block('169.254.170.23/32')] })], 'healthy'],
    ['a rule for every address', [egress({ to: [block('0.0.0.0/0')] })], 'healthy'],
    ['a rule for every address but the agent', [egress({ to: [block('0.0.0.0/0', ['169.254.0.0/16'])] })], 'unknown'],
    ['a rule for every address but others', [egress({ to: [block('0.0.0.0/0', ['10.0.0.0/8'])] })], 'healthy'],
    ['a rule for every address of IPv6', [egress({ to: [block('::/0')] })], 'unknown'],
    ['a rule for IMDS', [egress({ to: [block('169.254.169.254/32')], ports: [TCP_80] })], 'unknown'],
    ['a rule for all pods', [egress({ to: [{ namespaceSelector: {} }, { podSelector: {} }] })], 'unknown'],
    ['a rule for another port', [egress({ ports: [{ protocol: 'TCP', port: 443 }] })], 'unknown'],
    ['a rule for a range of ports', [egress({ ports: [{ port: 1, endPort: 1024 }] })], 'healthy'],
    ['a rule for a range of other ports', [egress({ ports: [{ port: 81, endPort: 1024 }] })], 'unknown'],
    ['a rule for UDP', [egress({ ports: [{ protocol: 'UDP', port: 80 }] })], 'unknown'],
    ['a rule for every port of UDP', [egress({ ports: [{ protocol: 'UDP' }] })], 'unknown'],
    ['a rule for every port of TCP', [egress({ ports: [{ protocol: 'TCP' }] })], 'healthy'],
    ['a rule for a named port, which only pods have', [egress({ ports: [{ port: 'http' }] })], 'unknown'],
    ['ports of which the last one is it', [egress({ ports: [{ port: 443 }, TCP_80] })], 'healthy'],
    ['a rule for networks that are none', [
      egress({ to: [block('169.254.170.23/x'), block('169.254.170.23/33'), block('a/8'), block('')] }),
    ], 'unknown'],
  ])('%s', (_, specs, expected) => {
    expect(outcome(policies(...specs))).toBe(expected);
  });

  test('that deny it are named, with the rule to add; never called wrong, as the plugin decides', () => {
    expect(judged(policies(DENY, egress({ to: [{ podSelector: {} }] })))).toEqual({
      status: 'unknown',
      decisive: true,
      summary: 'NetworkPolicies do not allow Pod api-1 to reach the EKS Pod Identity Agent (169.254.170.23, TCP port '
        + '80). Whether they are enforced depends on the network plugin.',
      evidence: [
        'pod api-1 is selected by policy-0, policy-1: no egress rule allows TCP port 80 there',
        expect.stringContaining('CiliumNetworkPolicy'),
      ],
      fix: [
        'Allow it in the egress rules of NetworkPolicy policy-0 -n payments: '
          + '{"to":[{"ipBlock":{"cidr":"169.254.170.23/32"}}],"ports":[{"protocol":"TCP","port":80}]}',
        expect.stringContaining('toEntities: [host]'),
        expect.stringMatching(/^Test it: kubectl exec -n payments api-1 -c main -- curl .*169\.254\.170\.23\/v1/),
      ],
    });
  });

  test('one of two pods is enough', () => {
    const other = podWith(BY_IPV4, {}, { name: 'api-2', labels: { app: 'web' } });
    const facts = { ...policies({ ...DENY, podSelector: { matchLabels: { app: 'web' } } }) };
    expect(outcome({ ...facts, pods: { value: [podWith(), other] } })).toBe('unknown');
    expect(judged({ ...facts, pods: { value: [podWith(), other] } }).summary).toContain('Pod api-2');
  });

  test('the address is the one that the pod has: IPv6, too', () => {
    const pods = { value: [podWith('http://[fd00:ec2::23]/v1/credentials')] };
    expect(outcome({ pods, ...policies(egress({ to: [block('169.254.170.23/32')] })) })).toBe('unknown');
    expect(outcome({ pods, ...policies(egress({ to: [block('fd00:ec2::23/128')] })) })).toBe('healthy');
    expect(judged({ pods, ...policies(DENY) }).fix![0]).toContain('fd00:ec2::23/128');
  });

  test('Cilium ignores the address of the node: only a rule for every destination is enough', () => {
    const allowed = policies(egress({ to: [block('169.254.170.23/32')], ports: [TCP_80] }));
    expect(outcome({ ...allowed, ...plugins(true) })).toBe('unknown');
    expect(judged({ ...allowed, ...plugins(true) }).summary).toMatch(/by its IP address\. Cilium ignores such rules\. The cluster uses Cilium/);
    expect(outcome({ ...policies(egress({ ports: [TCP_80] })), ...plugins(true) })).toBe('healthy');
    expect(outcome({ ...policies(), ...plugins(true) })).toBe('healthy');
    expect(outcome({ ...allowed, plugins: { unknown: 'needs list on pods' } })).toBe('unknown');
    expect(outcome({ ...allowed, plugins: undefined })).toBe('unknown');
  });

  test('a pod in the network of its node is hardly limited, and reaches the role of the node', () => {
    const facts = { pods: { value: [podWith(BY_IPV4, { hostNetwork: true })] }, ...policies(DENY) };
    expect(outcome(facts)).toBe('healthy');
    expect(judged(facts).evidence).toEqual([
      'pod api-1 uses the network of its node (hostNetwork): most network plugins apply no NetworkPolicy to it, and an '
        + 'SDK that finds no other credentials uses those of the node',
      expect.anything(),
    ]);
    expect(judged({ ...policies() }).evidence).toHaveLength(1);
  });

  test('that cannot be read leave their own check unknown, and nothing else', () => {
    const egressPolicies = { unknown: 'needs list on networkpolicies.networking.k8s.io in namespace payments' };
    expect(judged({ egressPolicies })).toEqual({
      status: 'unknown', summary: 'Needs list on networkpolicies.networking.k8s.io in namespace payments.',
    });
    expect(outcome({ egressPolicies })).toBe('healthy');
  });
});

describe('NetworkPolicies and STS', () => {
  const annotated = serviceAccount({ 'eks.amazonaws.com/role-arn': ROLE });
  const irsa = (env: any[] = []): Facts => ({
    ...HEALTHY,
    serviceAccount: { value: serviceAccountOf(annotated) },
    pods: { value: [podOf(injected(pod({ containers: [{ name: 'main', image: 'a', env }] }), annotated))] },
  });

  test.each<[string, any[], string]>([
    ['one that denies everything', [DENY], 'unknown'],
    ['a rule for pods', [egress({ to: [{ namespaceSelector: {} }] })], 'unknown'],
    ['a rule for DNS', [egress({ ports: [{ protocol: 'UDP', port: 53 }] })], 'unknown'],
    ['a rule for HTTPS', [egress({ ports: [{ port: 443 }] })], 'healthy'],
    ['a rule for a VPC endpoint', [egress({ to: [block('10.0.0.0/8')], ports: [{ port: 443 }] })], 'healthy'],
    ['no policy', [], 'healthy'],
  ])('%s', (_, specs, expected) => {
    expect(outcome(policies(...specs), irsa())).toBe(expected);
  });

  test('a proxy in the cluster may ask it instead', () => {
    const proxied = irsa([{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }]);
    expect(outcome(policies(egress({ to: [{ podSelector: {} }] })), proxied)).toBe('healthy');
    expect(outcome(policies(DENY), proxied)).toBe('unknown');
  });
});

describe('security groups of pods', () => {
  const apart = { pods: { value: [podWith(BY_IPV4, {}, { annotations: { 'vpc.amazonaws.com/pod-eni': '[]' } })] } };

  test.each<[string, Partial<Facts>, string]>([
    ['that are none', {}, 'healthy'],
    ['in strict mode', { ...apart, ...plugins(false, 'strict') }, 'unknown'],
    ['in standard mode', { ...apart, ...plugins(false, 'standard') }, 'healthy'],
    ['in a mode that is not known', apart, 'unknown'],
    ['in a mode that cannot be read', { ...apart, plugins: { unknown: 'no' } }, 'unknown'],
  ])('%s', (_, facts, expected) => {
    expect(outcome(facts)).toBe(expected);
  });
});
