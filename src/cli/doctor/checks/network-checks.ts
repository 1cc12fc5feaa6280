/**
 * What may block the pods from the source of their credentials: the EKS Pod Identity Agent on the node, or STS.
 */
import { BlockList, isIP } from 'net';
import {
  annotatedRole, associationOf, CONTAINER_CREDENTIALS, containersOf, environmentOf, ownPods, podLines, describePods,
  Variable,
} from './pods';
import { selectorMatches } from '../../../conventions/label-selector';
import { Check, judgeRead, ok, unknown, Verdict } from '../check';
import { Container, EgressPolicy, EgressRule, Facts, NetworkPlugins, PodObject, Read } from '../facts';

/** Where the agent listens: IPv4 and IPv6. */
const AGENT_ADDRESSES = ['169.254.170.23', 'fd00:ec2::23'];
const AGENT_PORT = 80;
const STS_PORT = 443;
/** Annotation of the VPC CNI on pods that have their own security groups. */
const BRANCH_INTERFACE = 'vpc.amazonaws.com/pod-eni';

/** What pods must reach. */
interface Destination {
  readonly name: string;
  /** Undefined for any address outside the cluster. */
  readonly address?: string;
  readonly port: number;
}

const STS: Destination = { name: 'STS', port: STS_PORT };

/** Some SDKs, such as the one for Go, call the agent through the proxy, which cannot reach it. */
export const POD_IDENTITY_PROXY: Check = {
  id: 'pod-identity-proxy',
  title: 'no proxy stands between the pods and the agent',
  run: facts => {
    const pods = ownPods(facts);
    if (associationOf(facts) === undefined || pods.length === 0) return undefined;
    const proxied = pods.filter(pod => containersOf(pod).some(isProxied));
    if (proxied.length === 0) return ok('The containers use no proxy, or exempt the agent from it.');
    return unknown(`${describePods(proxied)} may call the agent through a proxy, which cannot reach it.`, {
      decisive: true,
      evidence: podLines(proxied, ({ name }) => `pod ${name} has HTTP_PROXY, and NO_PROXY does not list the agent`),
      fix: [`Add ${AGENT_ADDRESSES.map(inUrl).join(' and ')} to NO_PROXY in the pod template.`],
    });
  },
};

function isProxied(container: Container): boolean {
  const { address = '' } = agentOf(container);
  const exempt = (variableOf(container, 'NO_PROXY')?.value ?? '').split(',').map(entry => entry.trim());
  return hasValue(container, 'HTTP_PROXY') && !exempt.some(entry => entry === '*' || isInBlock(address, entry));
}

/** Whether a proxy variable is set to anything but an empty value. */
function hasValue(container: Container, name: string): boolean {
  const variable = variableOf(container, name);
  return variable !== undefined && variable.value !== '';
}

/** A proxy variable, in upper or lower case. */
function variableOf(container: Container, name: string): Variable | undefined {
  const environment = environmentOf(container);
  return environment.get(name) ?? environment.get(name.toLowerCase());
}

export const POD_NETWORK_POLICIES: Check = {
  id: 'pod-network-policies',
  title: 'NetworkPolicies allow the pods to get credentials',
  run: facts => {
    const { egressPolicies } = facts;
    const [pods, isOfAgent] = [ownPods(facts), associationOf(facts) !== undefined];
    if (egressPolicies === undefined || pods.length === 0) return undefined;
    if (!isOfAgent && annotatedRole(facts) === undefined) return undefined;
    return judgeRead(egressPolicies, policies => {
      const onHost = pods.filter(({ spec }) => spec.hostNetwork === true);
      const evidence = [...podLines(onHost, describeHostNetwork), LIMITS];
      const ways = pods.filter(pod => !onHost.includes(pod) && containersOf(pod).length > 0)
        .map(pod => wayOf(pod, policies, isOfAgent));
      return blocked(facts, ways.filter(({ isOpen }) => isOpen === false), evidence)
        ?? byAddress(facts, ways.filter(({ isOpen }) => isOpen === 'by address'), evidence)
        ?? ok(`NetworkPolicies allow the pods to reach ${isOfAgent ? 'the EKS Pod Identity Agent' : 'STS'}.`, evidence);
    });
  },
};

const LIMITS = 'policies of other kinds, such as CiliumNetworkPolicy, GlobalNetworkPolicy and ClusterNetworkPolicy, '
  + 'were not read';

/**
 * Whether policies select such pods is up to the network plugin; most plugins ignore them.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods
 */
function describeHostNetwork({ name }: PodObject): string {
  return `pod ${name} uses the network of its node (hostNetwork): most network plugins apply no NetworkPolicy to it, `
    + 'and an SDK that finds no other credentials uses those of the node';
}

/** Whether a pod can reach a destination. */
interface Way {
  readonly pod: PodObject;
  readonly to: Destination;
  /** `by address`: only an ipBlock allows it. */
  readonly isOpen: boolean | 'by address';
  /** The policies that select the pod. */
  readonly policies: readonly EgressPolicy[];
}

/**
 * A pod that no policy selects may call everything; otherwise, what any rule of these policies allows. Where a proxy
 * for STS is, the doctor cannot know.
 */
function wayOf(pod: PodObject, all: readonly EgressPolicy[], isOfAgent: boolean): Way {
  const policies = all.filter(({ podSelector }) => selectorMatches(podSelector, pod.labels));
  const containers = containersOf(pod);
  const to = isOfAgent ? agentOfPod(pod) : STS;
  const hasProxy = !isOfAgent && containers.some(container => hasValue(container, 'HTTPS_PROXY'));
  const answers = policies.flatMap(({ egress }) => egress).map(rule => (hasProxy ? 'by address' : allows(rule, to)));
  const isOpen = policies.length === 0 || answers.includes(true) || (answers.includes('by address') && 'by address');
  return { pod, to, policies, isOpen };
}

/** The agent and STS are not pods: peers with selectors and named ports never match them. */
function allows({ to = [], ports = [] }: EgressRule, { address, port: wanted }: Destination): Way['isOpen'] {
  const isPort = ports.length === 0 || ports.some(({ protocol = 'TCP', port, endPort = port }) =>
    protocol === 'TCP' && (port === undefined
      || typeof port === 'number' && typeof endPort === 'number' && port <= wanted && wanted <= endPort));
  if (!isPort) return false;
  if (to.length === 0) return true;
  const isNamed = to.some(({ ipBlock }) => ipBlock !== undefined && (address === undefined
    || isInBlock(address, ipBlock.cidr) && !(ipBlock.except ?? []).some(cidr => isInBlock(address, cidr))));
  return isNamed && 'by address';
}

/** What the policies say is certain; whether they are enforced depends on the network plugin. */
function blocked({ question }: Facts, ways: readonly Way[], evidence: readonly string[]): Verdict | undefined {
  if (ways.length === 0) return undefined;
  const [{ pod, to, policies }] = ways;
  const cidr = to.address === undefined ? '0.0.0.0/0' : `${to.address}/${isIP(to.address) === 6 ? 128 : 32}`;
  const rule = { to: [{ ipBlock: { cidr } }], ports: [{ protocol: 'TCP', port: to.port }] };
  return unknown(
    `NetworkPolicies do not allow ${describePods(ways.map(way => way.pod))} to reach ${placeOf(to)}. Whether they are `
      + 'enforced depends on the network plugin.',
    {
      decisive: true,
      evidence: [
        ...podLines(ways, way => `${selectedBy(way)}: no egress rule allows TCP port ${way.to.port} there`),
        ...evidence,
      ],
      fix: [
        `Allow it in the egress rules of NetworkPolicy ${policies[0].name} -n ${question.namespace}: `
          + JSON.stringify(rule),
        ...to.address === undefined ? [] : [CILIUM_RULE, probe(pod, to.address)],
      ],
    },
  );
}

/**
 * For Cilium, the agent is the entity `host`, which no ipBlock matches.
 *
 * @see https://github.com/cilium/cilium/issues/34387
 */
function byAddress(facts: Facts, ways: readonly Way[], evidence: readonly string[]): Verdict | undefined {
  const [way] = ways.filter(({ to }) => to.address !== undefined);
  const plugins = networkPlugins(facts);
  if (way === undefined || 'value' in plugins && !plugins.value.hasCilium) return undefined;
  const { pod, to } = way;
  const cilium = 'unknown' in plugins
    ? `Whether the cluster uses Cilium is unknown: ${plugins.unknown}` : 'The cluster uses Cilium';
  return unknown(
    `NetworkPolicies allow ${describePods(ways.map(other => other.pod))} to reach ${placeOf(to)} by its IP address. `
      + `Cilium ignores such rules. ${cilium}.`,
    {
      decisive: true,
      evidence: [selectedBy(way), ...evidence],
      fix: [CILIUM_RULE, probe(pod, to.address!)],
    },
  );
}

function networkPlugins({ plugins = { unknown: 'its pods were not read' } }: Facts): Read<NetworkPlugins> {
  return plugins;
}

function selectedBy({ pod, policies }: Way): string {
  return `pod ${pod.name} is selected by ${policies.map(({ name }) => name).join(', ')}`;
}

const CILIUM_RULE = 'With Cilium, use a CiliumNetworkPolicy for the pods: '
  + 'egress: [{ toEntities: [host], toPorts: [{ ports: [{ port: "80", protocol: TCP }] }] }]';

function probe(pod: PodObject, address: string): string {
  const [container] = containersOf(pod);
  return `Test it: kubectl exec -n ${pod.namespace} ${pod.name} -c ${container.name} -- curl -sm 5 `
    + `http://${inUrl(address)}/v1/credentials   # any response, even an error, means that the agent is reachable`;
}

/**
 * In strict mode, the default, the traffic of such pods bypasses the node, where the agent runs.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html#pod-id-considerations
 */
export const POD_SECURITY_GROUPS: Check = {
  id: 'pod-security-groups',
  title: 'security groups for pods allow them to reach the agent',
  run: facts => {
    const pods = ownPods(facts).filter(pod => containersOf(pod).length > 0);
    if (associationOf(facts) === undefined || pods.length === 0) return undefined;
    const apart = pods.filter(({ annotations }) => BRANCH_INTERFACE in annotations);
    if (apart.length === 0) return ok('The pods do not have their own security groups.');
    const plugins = networkPlugins(facts);
    const mode = 'value' in plugins ? plugins.value.securityGroupMode : undefined;
    if (mode === 'standard') return ok('The VPC CNI enforces security groups for pods in "standard" mode.');
    return unknown(
      `${describePods(apart)} may be unable to reach the agent: a pod with its own security groups may need the `
        + '"standard" mode of the VPC CNI.',
      {
        decisive: true,
        evidence: [
          ...podLines(apart, ({ name }) => `pod ${name} has the annotation ${BRANCH_INTERFACE}`),
          'unknown' in plugins ? `the VPC CNI: ${plugins.unknown}` : `the mode of the VPC CNI: ${mode ?? 'unknown'}`,
        ],
        fix: [
          probe(apart[0], agentOfPod(apart[0]).address!),
          'If the agent is not reachable, set POD_SECURITY_GROUP_ENFORCING_MODE=standard on the VPC CNI. The security '
            + 'groups of the node then apply as well: '
            + 'https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html',
        ],
      },
    );
  },
};

/** The webhook gives all containers the same address. */
function agentOfPod(pod: PodObject): Destination {
  const containers = containersOf(pod);
  return agentOf(containers.find(container => environmentOf(container).has(CONTAINER_CREDENTIALS)) ?? containers[0]);
}

/** The agent, as configured for the SDKs in a container. */
function agentOf(container: Container): Destination {
  const uri = environmentOf(container).get(CONTAINER_CREDENTIALS)?.value ?? '';
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const address = (url?.hostname ?? '').replace(/^\[|\]$/g, '');
  return {
    name: 'the EKS Pod Identity Agent',
    address: isIP(address) === 0 ? AGENT_ADDRESSES[0] : address,
    port: Number(url?.port) || AGENT_PORT,
  };
}

function placeOf({ name, address, port }: Destination): string {
  return `${name} (${address ?? 'any address outside the cluster'}, TCP port ${port})`;
}

function inUrl(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/** Whether a block, a network such as 169.254.0.0/16 or a single address, contains an address. */
function isInBlock(address: string, block: string): boolean {
  const [network, prefix] = block.replace(/^\[(.*)\]$/, '$1').split('/');
  const [type, bits] = isIP(address) === 6 ? ['ipv6', 128] as const : ['ipv4', 32] as const;
  const length = Number(prefix ?? bits);
  if (isIP(network) !== isIP(address) || !Number.isInteger(length) || length < 0 || length > bits) return false;
  const list = new BlockList();
  list.addSubnet(network, length, type);
  return list.check(address, type);
}
