/**
 * EKS Pod Identity, link by link: the association, its roles, the agent, and the variables of the pods. It takes
 * precedence over IRSA: if there is an association, the checks of web identity do not apply.
 */
import { shell } from './commands';
import { POD_IDENTITY_PROXY, POD_SECURITY_GROUPS } from './network-checks';
import {
  annotatedRole, associationOf, changeTemplates, CONTAINER_CREDENTIALS, containersOf, environmentOf, hasPodIdentity,
  isInjected, ownPods, podLines, describePods, restart,
} from './pods';
import { describeStatement, statementPlace } from './statement-words';
import { admissionOfToken, issuerOf, ownerOf, roleArnOf, tokenAudienceOf } from './web-identity';
import { dryRun } from './webhook-check';
import { Admission, admission } from '../../../analysis/admission/admission';
import { callerAnswer, NextRole } from '../../../analysis/admission/role-chains';
import {
  AdmissionRequest, PodIdentityCaller, podIdentityRequest, targetRoleRequest,
} from '../../../analysis/admission/trust-requests';
import { allContainers, isWindows, TOKEN_FILE, tokenAt } from '../../../conventions/pod-spec';
import { POD_IDENTITY_SERVICE } from '../../../conventions/web-identity';
import { ROLE_ARN_ANNOTATION } from '../../../conventions/webhook-annotations';
import { printable } from '../../text';
import { Check, judgeRead, ok, sentence, unknown, Verdict, failed } from '../check';
import { Container, Facts, IamRole, IdentityRoles, PodIdentity, PodObject, Read } from '../facts';

const FARGATE_LABEL = 'eks.amazonaws.com/fargate-profile';
/** Nodes of EKS Auto Mode are named after the ID of their instance. */
const AUTO_NODE = /^i-[0-9a-f]{8,17}$/;
/** Where SDKs find the token for the agent: in a file, or in the variable itself. */
const AGENT_TOKENS = ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];
/** It takes some seconds until the webhook knows an association. */
const EARLY_MS = 60_000;

/** Skips checks of web identity if there is an association, which the pods then use instead. */
export function ofWebIdentity(checks: readonly Check[]): Check[] {
  return checks.map(check => ({
    ...check,
    run: facts => (associationOf(facts) === undefined ? check.run(facts) : undefined),
  }));
}

export const POD_IDENTITY: Check = {
  id: 'pod-identity',
  title: 'the EKS Pod Identity association, which takes precedence over the annotation',
  run: facts => {
    const withIdentity = ownPods(facts).filter(hasPodIdentity);
    const association = associationOf(facts);
    if (association) return judgeAssociation(facts, association);
    if ('unknown' in facts.podIdentities) {
      return withIdentity.length > 0 && annotatedRole(facts) !== undefined
        ? judgeOverridden(facts, withIdentity)
        : unknown(sentence(facts.podIdentities.unknown), { decisive: withIdentity.length > 0 });
    }
    if (withIdentity.length > 0) return judgeOverridden(facts, withIdentity);
    return facts.question.clusterName === undefined
      ? undefined : ok('The service account has no EKS Pod Identity association.');
  },
};

function judgeAssociation(facts: Facts, { id, roleArn: first, targetRoleArn, policy }: PodIdentity): Verdict {
  const role = annotatedRole(facts);
  const roleArn = targetRoleArn ?? first;
  const both = ownPods(facts).filter(pod => !hasPodIdentity(pod) && hasContainerCredentials(pod));
  const evidence = [
    `association ${id}: role ${first}${targetRoleArn === undefined ? '' : `, target role ${targetRoleArn}`}`,
    ...policy === undefined ? [] : ['its session policy limits what the role allows'],
    ...podLines(both, ({ name }) => `pod ${name} has the variables of both; most SDKs use ${TOKEN_FILE} first`),
  ];
  if (role === undefined) return ok(`New pods get role ${roleArn} through EKS Pod Identity.`, evidence);
  if (role === roleArn) {
    return ok(
      `New pods get role ${roleArn} through EKS Pod Identity. The annotation names the same role and is not needed.`,
      evidence,
    );
  }
  return failed(`An EKS Pod Identity association takes precedence over the annotation: new pods get role ${roleArn}.`, {
    evidence: [`${ROLE_ARN_ANNOTATION}: ${role}`, ...evidence],
    fix: [
      'If the role of the association is right, remove the annotation: kubectl annotate serviceaccount '
        + `${facts.question.serviceAccount} -n ${facts.question.namespace} ${ROLE_ARN_ANNOTATION}-`,
      `If not, change its role: aws eks update-pod-identity-association --cluster-name ${facts.question.clusterName} `
        + `--association-id ${id} --role-arn ${role}`,
      ...restart(facts),
    ],
  });
}

function hasContainerCredentials({ spec }: PodObject): boolean {
  return allContainers(spec).some(container => environmentOf(container).has(CONTAINER_CREDENTIALS));
}

/** The pods have the variables of an association that was deleted, or is not visible. */
function judgeOverridden(facts: Facts, pods: PodObject[]): Verdict {
  const { clusterName, namespace, serviceAccount } = facts.question;
  const where = `--cluster-name ${clusterName} --namespace ${namespace} --service-account ${serviceAccount}`;
  const role = annotatedRole(facts);
  return failed(
    role === undefined
      ? 'The pods have the variables of EKS Pod Identity, but there is no association.'
      : 'The pods get their credentials from EKS Pod Identity, not from the annotated role.',
    {
      evidence: podLines(pods, ({ name }) => `pod ${name} has ${CONTAINER_CREDENTIALS} but no ${TOKEN_FILE}`),
      fix: clusterName === undefined ? restart(facts, pods) : [
        `aws eks list-pod-identity-associations ${where}`,
        ...role === undefined
          ? [`aws eks create-pod-identity-association ${where} --role-arn <ARN of the role>`] : restart(facts, pods),
      ],
    },
  );
}

const ROLE: Check = {
  id: 'pod-identity-role',
  title: 'the roles of the association trust EKS Pod Identity',
  decisive: true,
  run: facts => {
    const association = associationOf(facts);
    if (association === undefined) return undefined;
    if (facts.identityRoles === undefined) return unknown('The role of the association was not read.');
    const { role, target } = facts.identityRoles;
    const caller = callerOf(facts, association);
    const first = judgeTrust(association.roleArn, role, POD_IDENTITY_SERVICE, ({ trust }) =>
      admission(trust, podIdentityRequest(caller)));
    const { targetRoleArn } = association;
    if (first.status !== 'ok' || target === undefined || targetRoleArn === undefined) return first;
    const request = targetRoleRequest({ ...caller, roleArn: association.roleArn });
    const second = judgeTrust(targetRoleArn, target, association.roleArn, ({ trust }) => admission(trust, request));
    if (second.status !== 'ok' || 'unknown' in target) return second;
    const next = { arn: targetRoleArn, account: ownerOf(targetRoleArn).account, trust: target.value?.trust };
    return assumptionProblem(facts.identityRoles, association.roleArn, next, request) ?? second;
  },
};

/**
 * Why the first role cannot assume the target role, or why that is unknown; undefined if it can. The session policy of
 * the association limits only the target role.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html
 */
function assumptionProblem(
  { policies = { unknown: 'they were not read' } }: IdentityRoles,
  roleArn: string,
  next: NextRole,
  request: AdmissionRequest,
): Verdict | undefined {
  const summary = `Cannot tell whether ${roleArn} can assume ${next.arn}`;
  if ('unknown' in policies) return unknown(`${summary}: ${policies.unknown}.`);
  const caller = {
    role: {
      arn: roleArn,
      account: ownerOf(roleArn).account,
      policies: policies.value.map(({ kind, document }) =>
        ({ kind, document: 'value' in document ? document.value : null })),
    },
  };
  const answers = request.actions.map(action => callerAnswer(caller, next, request, action));
  const denied = request.actions.filter((_, at) => answers[at] === 'out').join(' and ');
  if (denied !== '') {
    return failed(`${roleArn} is not allowed ${denied} on ${next.arn}.`, {
      fix: [`Allow ${denied} on ${next.arn} in a policy of ${roleArn}, or narrow the Deny there.`],
    });
  }
  return answers.includes('unknown')
    ? unknown(`${summary}: its policies have conditions, or cannot be read.`) : undefined;
}

function callerOf(
  { cluster, question }: Facts, { roleArn, disableSessionTags = false }: PodIdentity,
): PodIdentityCaller {
  const { namespace, serviceAccount } = question;
  const clusterArn = 'value' in cluster ? cluster.value?.arn : undefined;
  return {
    clusterArn,
    account: ownerOf(clusterArn ?? roleArn).account, // role and cluster of an association share an account
    namespace,
    serviceAccount,
    sessionTags: !disableSessionTags,
  };
}

/** Whether the trust policy of a role allows the next one in the chain to assume it. */
function judgeTrust(
  arn: string, read: Read<IamRole | undefined>, who: string, admissionOf: (role: IamRole) => Admission,
): Verdict {
  if ('unknown' in read) return unknown(`Cannot tell whether role ${arn} trusts ${who}: ${read.unknown}.`);
  const role = read.value;
  if (role === undefined) {
    return failed(`The association names role ${arn}, which does not exist.`, {
      fix: ['Deploy the role, or name another one with aws eks update-pod-identity-association.'],
    });
  }
  const { answer, statement, reasons } = admissionOf(role);
  if (answer === 'in') {
    return ok(`The trust policy of ${role.name} allows ${who} to assume it.`, [
      describeStatement(role.trust, statement!),
    ]);
  }
  const why = printable(reasons.join('; '));
  if (answer === 'unknown') {
    return unknown(`Cannot tell whether the trust policy of ${role.name} allows ${who} to assume it: ${why}.`);
  }
  const summary = `The trust policy of ${role.name} does not allow ${who} to assume it: ${why}.`;
  const query = `aws iam get-role --role-name ${shell(role.name)} --query Role.AssumeRolePolicyDocument`;
  if (statement !== undefined) {
    const place = statementPlace(role.trust, statement);
    const evidence = [describeStatement(role.trust, statement)];
    return failed(summary, { evidence, fix: [query, `Narrow the Deny in ${place}.`] });
  }
  const principal = who === POD_IDENTITY_SERVICE ? { Service: who } : { AWS: who };
  const allow = { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: principal };
  return failed(summary, {
    fix: [
      `${query} > trust.json`,
      `Add this statement, with a Condition on your cluster (aws:SourceArn): ${JSON.stringify(allow)}`,
      `aws iam update-assume-role-policy --role-name ${shell(role.name)} --policy-document file://trust.json`,
    ],
  });
}

const VARIABLES: Check = {
  id: 'pod-identity-variables',
  title: 'the pods have the variables of EKS Pod Identity',
  follows: ['pod-exists', 'pod-service-account'],
  run: facts => {
    const association = associationOf(facts);
    const pods = ownPods(facts).filter(pod => containersOf(pod).length > 0);
    if (association === undefined || pods.length === 0) return undefined;
    const without = pods.filter(pod =>
      !containersOf(pod).every(container => environmentOf(container).has(CONTAINER_CREDENTIALS)));
    const byToken = without.filter(isInjected);
    const failing = without.filter(pod => !byToken.includes(pod) || !worksByToken(facts));
    if (failing.length > 0) return judgeUninjected(facts, association, failing);
    const faults = pods.filter(pod => !without.includes(pod)).flatMap(pod =>
      containersOf(pod).flatMap(container => tokenFault(pod, container) ?? []));
    if (faults.length > 0) return judgeTokenFaults(facts, faults);
    return ok(
      byToken.length > 0
        ? 'Some pods still use web identity, which works. New pods use EKS Pod Identity.'
        : `The containers have ${CONTAINER_CREDENTIALS}.`,
      podLines(byToken, ({ name }) => `pod ${name} has ${TOKEN_FILE}: created before the association took effect`),
    );
  },
};

interface TokenFault {
  readonly pod: PodObject;
  readonly words: string;
}

/** The agent requires a token with each request. The webhook adds it together with the address. */
function tokenFault(pod: PodObject, container: Container): TokenFault | undefined {
  const environment = environmentOf(container);
  const fault = (words: string) => ({ pod, words: `container ${container.name} ${words}` });
  if (!AGENT_TOKENS.some(name => environment.has(name))) {
    return fault(`has ${CONTAINER_CREDENTIALS} but no ${AGENT_TOKENS[0]}`);
  }
  const token = tokenAt(pod.spec, container, environment.get(AGENT_TOKENS[0])?.value ?? '');
  return token === undefined || token.audience === POD_IDENTITY_SERVICE ? undefined
    : fault(`has a token for ${token.audience ?? 'the API server'}, which the agent does not accept`);
}

function judgeTokenFaults(facts: Facts, faults: readonly TokenFault[]): Verdict {
  const [first] = faults;
  const names = [CONTAINER_CREDENTIALS, ...AGENT_TOKENS];
  return failed(`${describePods([first.pod])}: ${first.words}. If one of them is set, the webhook adds neither.`, {
    evidence: podLines(faults, ({ pod, words }) => `pod ${pod.name}, ${words}`),
    fix: changeTemplates(
      facts,
      faults.map(({ pod }) => pod),
      workload => `kubectl set env ${workload} ${names.map(name => `${name}-`).join(' ')}`,
      `remove ${names.join(', ')}, and the volume of the token`,
    ),
  });
}

/** Whether pods that are older than the association still get the annotated role. */
function worksByToken(facts: Facts): boolean {
  const [issuer, arn] = [issuerOf(facts), roleArnOf(facts)];
  const { role, providers } = facts;
  if ('unknown' in issuer || 'unknown' in arn || 'unknown' in role || 'unknown' in providers) return false;
  const provider = providers.value.find(other => other.issuer === issuer.value);
  const clientIds = provider?.details && 'value' in provider.details ? provider.details.value.clientIds : [];
  return role.value?.arn === arn.value.arn && clientIds.includes(tokenAudienceOf(facts))
    && admissionOfToken(facts, role.value, issuer.value).answer === 'in';
}

function judgeUninjected(facts: Facts, { id, modified }: PodIdentity, pods: PodObject[]): Verdict {
  const isLater = ({ created }: PodObject) =>
    modified !== undefined && created.getTime() - modified.getTime() >= EARLY_MS;
  const later = pods.filter(isLater);
  const [shown] = later.length > 0 ? later : pods;
  const [first] = containersOf(shown).filter(container => !environmentOf(container).has(CONTAINER_CREDENTIALS));
  const has = environmentOf(first).has(TOKEN_FILE) ? `. It has ${TOKEN_FILE}, but web identity does not work` : '';
  return failed(
    `${describePods(pods)}: container ${first.name} has no ${CONTAINER_CREDENTIALS}${has}. `
      + (later.length > 0
        ? 'The pod is newer than the association, so the call to the webhook failed.'
        : 'The pod was created before the association took effect.'),
    {
      evidence: [
        `association ${id}${modified === undefined ? '' : `, last changed at ${modified.toISOString()}`}`,
        ...podLines(pods, ({ name, created }) => `pod ${name} was created at ${created.toISOString()}`),
      ],
      fix: later.length === 0
        ? restart(facts, pods)
        : [
          `Test the webhook with a dry run: ${dryRun(facts, shown, CONTAINER_CREDENTIALS)}`,
          ...restart(facts, pods).map(line => `If that prints the variable, the webhook works now: ${line}`),
          'If it prints nothing, look for "failed calling webhook" in the log of the API server, and check the '
            + 'webhook: kubectl get mutatingwebhookconfiguration pod-identity-webhook -o yaml',
        ],
    },
  );
}

const AGENT: Check = {
  id: 'pod-identity-agent',
  title: 'the EKS Pod Identity Agent runs on the nodes of the pods',
  decisive: true,
  run: facts => {
    const { agentPods = { unknown: 'the pods of the agent were not read' }, cluster } = facts;
    if (associationOf(facts) === undefined) return undefined;
    const pods = ownPods(facts);
    const fargate = pods.filter(({ labels }) => FARGATE_LABEL in labels);
    if (fargate.length > 0) return rejectPlatform('Fargate', fargate);
    const isAuto = 'value' in cluster && cluster.value?.isAuto === true;
    const others = pods.filter(({ node }) => node === undefined || !isAuto || !AUTO_NODE.test(node));
    if (isAuto && others.length === 0) return ok('EKS Auto Mode runs the agent on its nodes.');
    return judgeRead(agentPods, agents => {
      const isServed = (node: string) => agents.some(agent => agent.node === node && agent.isReady);
      const unserved = others.filter(({ node }) => node !== undefined && !isServed(node));
      const windows = unserved.filter(({ spec }) => isWindows(spec));
      if (windows.length > 0) return rejectPlatform('Windows', windows);
      if (unserved.length > 0 && isAuto) return judgeOtherNodes(unserved);
      if (agents.length === 0 && !isAuto) return reportMissingAgent(facts);
      if (unserved.length > 0) {
        return failed(`No ready EKS Pod Identity Agent runs on node ${unserved[0].node}.`, {
          evidence: nodeLines(unserved),
          fix: LOOK_AT_AGENT,
        });
      }
      return pods.length > 0 && pods.every(({ node }) => node === undefined)
        ? unknown(`${describePods(pods)} ${pods.length === 1 ? 'is' : 'are'} not scheduled to a node yet.`)
        : ok('A ready agent runs on each node that has the pods.');
    });
  },
};

/** @see https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html#pod-id-restrictions */
function rejectPlatform(where: 'Fargate' | 'Windows', pods: readonly PodObject[]): Verdict {
  return failed(`EKS Pod Identity does not work on ${where}.`, {
    evidence: podLines(pods, ({ name }) => `pod ${name} runs on ${where}`),
    fix: ['Run the pods on Linux nodes, or use IRSA: new IrsaServiceAccount(…) without `podIdentity`.'],
  });
}

function reportMissingAgent({ question: { clusterName } }: Facts): Verdict {
  return failed('The EKS Pod Identity Agent is not installed. Pods get their credentials from it.', {
    fix: [`Install it: aws eks create-addon --cluster-name ${clusterName} --addon-name eks-pod-identity-agent`],
  });
}

/** A cluster with EKS Auto Mode can have other nodes too, which run the agent only if it is installed. */
function judgeOtherNodes(pods: readonly PodObject[]): Verdict {
  return unknown(
    `Node ${pods[0].node} is not named like a node of EKS Auto Mode (after its instance), and no ready EKS Pod `
      + 'Identity Agent runs on it.',
    { evidence: nodeLines(pods), fix: ['kubectl get nodes -L eks.amazonaws.com/compute-type', ...LOOK_AT_AGENT] },
  );
}

const LOOK_AT_AGENT = [
  'kubectl get pods -n kube-system -l app.kubernetes.io/name=eks-pod-identity-agent -o wide',
  'kubectl logs -n kube-system -l app.kubernetes.io/name=eks-pod-identity-agent',
];

function nodeLines(pods: readonly PodObject[]): string[] {
  return podLines(pods, ({ name, node }) => `pod ${name} runs on node ${node}`);
}

export const POD_IDENTITY_CHECKS: readonly Check[] = [
  POD_IDENTITY, ROLE, AGENT, VARIABLES, POD_IDENTITY_PROXY, POD_SECURITY_GROUPS,
];
