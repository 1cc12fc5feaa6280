/**
 * Set-ups of EKS Pod Identity: those that work, and those that do not.
 */
import {
  ACCOUNT, allow, also, arnOf, asking, Change, chained, CLUSTER_ARN, env, KEYS, NEIGHBOR, pairsOf, podIdentity, podWith,
  PREFIX, role, Setup, skipping, statement, tagged,
} from './setups';
import { CLUSTER, ISSUER } from './world';
import { webIdentityTrust } from '../deploy/harness';

export const POD_IDENTITY: Setup[] = [
  podIdentity('by Pod Identity', true),
  podIdentity('trust with conditions on the tags', true, plan => tagged({
    'aws:RequestTag/kubernetes-namespace': plan.namespace, 'aws:RequestTag/kubernetes-service-account': 'app',
  })(plan)),
  podIdentity('trust with a condition on the tag of the cluster', true, tagged({
    'aws:RequestTag/eks-cluster-name': CLUSTER,
  })),
  podIdentity('trust with a condition on aws:SourceAccount', true, tagged({ 'aws:SourceAccount': ACCOUNT })),
  podIdentity('trust with a condition on aws:SourceArn', true, statement(one => {
    one.Condition = { ArnLike: { 'aws:SourceArn': `arn:aws:eks:*:${ACCOUNT}:cluster/*` } };
  })),
  podIdentity('without session tags, and without sts:TagSession', true, plan => {
    plan.association!.disableSessionTags = true;
    plan.role.trust.Statement[0].Action = 'sts:AssumeRole';
  }),
  podIdentity('the annotation is left over', true, role(arn => arn)),
  podIdentity('a target role', true, chained()),
  podIdentity('a target role of another account', true, chained(plan => {
    plan.role.account = NEIGHBOR;
    plan.via!.policy = allow(['sts:AssumeRole', 'sts:TagSession'], arnOf(plan.role));
    plan.association!.targetRoleArn = arnOf(plan.role);
    plan.options.push('--role-profile', NEIGHBOR);
  })),
  podIdentity('a target role without session tags', true, chained(plan => {
    plan.association!.disableSessionTags = true;
    for (const one of [plan.role, plan.via!]) one.trust.Statement[0].Action = 'sts:AssumeRole';
    plan.via!.policy = allow('sts:AssumeRole', arnOf(plan.role));
  })),
  podIdentity('a pod from before the association, with IRSA that works', true, plan => {
    const ofToken = webIdentityTrust(ACCOUNT, ISSUER, [`system:serviceaccount:${plan.namespace}:app`]);
    plan.role.trust.Statement.push(...ofToken.Statement);
    plan.annotations[`${PREFIX}/role-arn`] = arnOf(plan.role);
    plan.isPodFirst = true;
  }),
  podIdentity('a proxy that is not for the agent', true, env({
    HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'localhost,127.0.0.1,169.254.170.23,[fd00:ec2::23]',
  })),
  podIdentity('a proxy that may be for the agent', true, env({
    HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'localhost,127.0.0.1',
  }), { inconclusive: 'The SDK for Go asks the agent through the proxy, those here do not.' }),
  podIdentity('the action is allowed by Pod Identity', true, asking()),
  podIdentity('the session policy allows the action', true, asking(plan => {
    Object.assign(plan.association!, { disableSessionTags: true, policy: JSON.stringify(allow('eks:*')) });
  })),
];

/** One thing each. */
const BREAKS: Readonly<Record<string, Change>> = {
  'trust without sts:TagSession': statement(one => (one.Action = 'sts:AssumeRole')),
  'trust of another namespace': tagged({ 'aws:RequestTag/kubernetes-namespace': 'default' }),
  'the role of the association is gone': plan => void (plan.isRoleMissing = true),
  'the pod is older than the association': plan => void (plan.isPodFirst = true),
  'no agent on the node': podWith(spec => (spec.nodeName = 'node-2')),
  'the container is skipped by Pod Identity, too': skipping('main'),
  'static keys before Pod Identity': env(KEYS),
};

export const BROKEN_POD_IDENTITY: Setup[] = [
  ...Object.entries(BREAKS).map(([name, change]) => podIdentity(name, false, change)),
  ...pairsOf(podIdentity, BREAKS),
  podIdentity('trust of another service', false, statement(one => (one.Principal.Service = 'eks.amazonaws.com'))),
  podIdentity('trust of another service account', false, tagged({
    'aws:RequestTag/kubernetes-service-account': 'api',
  })),
  podIdentity('trust of another cluster', false, tagged({ 'aws:RequestTag/eks-cluster-name': 'staging' })),
  podIdentity('trust of another aws:SourceAccount', false, tagged({ 'aws:SourceAccount': NEIGHBOR })),
  podIdentity('trust of another aws:SourceArn', false, statement(one => {
    one.Condition = { ArnLike: { 'aws:SourceArn': `${CLUSTER_ARN}-2` } };
  })),
  podIdentity('trust with conditions on tags that are switched off', false, also(
    tagged({ 'aws:RequestTag/kubernetes-service-account': 'app' }),
    plan => void (plan.association!.disableSessionTags = true),
  )),
  podIdentity('a Deny by tag', false, ({ role: { trust }, namespace }) => {
    trust.Statement.push({
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': namespace } },
    });
  }),
  podIdentity('no association', false, plan => delete plan.association),
  podIdentity('an association of another namespace', false, plan => {
    plan.association!.namespace = `${plan.namespace}-2`;
  }),
  podIdentity('an association of another service account', false, plan => {
    plan.association!.serviceAccount = 'api';
  }),
  podIdentity('the association is gone', false, plan => void (plan.isAssociationDeleted = true)),
  podIdentity('the agent of the node is not ready', false, podWith(spec => (spec.nodeName = 'node-3'))),
  podIdentity('no agent at all', false, undefined, { state: 'no agent' }),
  podIdentity('on Fargate', false, podWith((spec, metadata) => {
    spec.nodeName = 'fargate-1';
    metadata.labels = { [`${PREFIX}/fargate-profile`]: 'all' };
  })),
  podIdentity('the webhook of Pod Identity does not answer', false, undefined, { state: 'webhook down' }),
  podIdentity('the annotation names another role', false, plan => {
    const { role: one } = plan;
    plan.via = { ...structuredClone(one), name: `${one.name}-b` };
    one.trust = webIdentityTrust(ACCOUNT, ISSUER, [`system:serviceaccount:${plan.namespace}:app`]);
    plan.annotations[`${PREFIX}/role-arn`] = arnOf(one);
    plan.association!.roleArn = arnOf(plan.via);
  }),
  podIdentity('the target role trusts another role', false, chained(({ role: one }) => {
    one.trust.Statement[0].Principal.AWS = `arn:aws:iam::${ACCOUNT}:role/another`;
  })),
  podIdentity('the target role trusts without sts:TagSession', false, chained(({ role: one }) => {
    one.trust.Statement[0].Action = 'sts:AssumeRole';
  })),
  podIdentity('the role may not assume the target role of another account', false, chained(plan => {
    plan.role.account = NEIGHBOR;
    plan.via!.policy = allow('s3:*');
    plan.association!.targetRoleArn = arnOf(plan.role);
    plan.options.push('--role-profile', NEIGHBOR);
  })),
  podIdentity('the boundary keeps it from the target role', false, chained(plan => {
    plan.via!.boundary = allow('s3:*');
    plan.role.trust.Statement[0].Principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
  })),
  podIdentity('a target role that is gone', false, chained(plan => void (plan.isRoleMissing = true))),
  podIdentity('no policy allows the action by Pod Identity', false, asking(({ role: one }) => {
    one.policy = allow('s3:*');
  })),
  podIdentity('the session policy does not allow the action', false, asking(plan => {
    Object.assign(plan.association!, { disableSessionTags: true, policy: JSON.stringify(allow('s3:*')) });
  })),
];
