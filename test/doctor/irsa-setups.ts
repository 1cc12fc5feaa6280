/**
 * Set-ups of IRSA: those that work, and those that do not.
 */
import {
  ACCOUNT, ACTION, allow, also, annotated, arnOf, asking, AUD, BARE, Change, CLUSTER_ARN, env, equals, inAccount, irsa,
  KEYS, NEIGHBOR, OWN_AUDIENCE, pairsOf, podWith, PREFIX, projected, role, secret, Setup, skipping, statement, STRICT,
  SUB,
} from './setups';
import { ISSUER } from './world';
import { REGION } from '../deploy/harness';

const DENY_WEB_IDENTITY = { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' };

/** From a Secret that need not be there. */
const optionalKeys: Change = podWith(({ containers: [container] }) => {
  container.env = Object.keys(KEYS).map(key =>
    ({ name: key, valueFrom: { secretKeyRef: { name: 'keys', key, optional: true } } }));
});

export const IRSA: Setup[] = [
  irsa('as the documentation says', true),
  irsa('sub with a wildcard under StringLike', true, statement(({ Condition }, { namespace }) => {
    delete Condition.StringEquals[SUB];
    Condition.StringLike = { [SUB]: `system:serviceaccount:${namespace}:*` };
  })),
  irsa('sub with a question mark under StringLike', true, statement(({ Condition }, { namespace }) => {
    delete Condition.StringEquals[SUB];
    Condition.StringLike = { [SUB]: `system:serviceaccount:${namespace}:a??` };
  })),
  irsa('sub is one of a list', true, equals((keys, subject) => (keys[SUB] = ['system:serviceaccount:x:y', subject]))),
  irsa('no condition on aud', true, equals(keys => delete keys[AUD])),
  irsa('aud is one of a list', true, equals(keys => (keys[AUD] = [OWN_AUDIENCE, 'sts.amazonaws.com']))),
  irsa('sub in another case under StringEqualsIgnoreCase', true, statement(({ Condition }, { namespace }) => {
    delete Condition.StringEquals[SUB];
    Condition.StringEqualsIgnoreCase = { [SUB]: `System:ServiceAccount:${namespace}:App` };
  })),
  irsa('the key of the condition in another case', true, equals((keys, subject) => {
    delete keys[SUB];
    keys[`${ISSUER}:Sub`] = subject;
  })),
  irsa('the second statement is for it', true, ({ role: { trust } }) => {
    const [own] = trust.Statement;
    trust.Statement.unshift({ ...own, Condition: { StringEquals: { [SUB]: 'system:serviceaccount:x:y' } } });
  }),
  irsa('a Deny for somebody else', true, ({ role: { trust } }) => {
    trust.Statement.push({ ...DENY_WEB_IDENTITY, Condition: { StringEquals: { [SUB]: 'system:serviceaccount:x:y' } } });
  }),
  irsa('an audience of its own', true, also(
    annotated({ audience: OWN_AUDIENCE }), equals(keys => (keys[AUD] = OWN_AUDIENCE)),
  )),
  irsa('the token lasts an hour', true, annotated({ 'token-expiration': '3600' })),
  irsa('the pod says how long the token lasts', true, podWith((_, metadata) => {
    metadata.annotations = { [`${PREFIX}/token-expiration`]: '900' };
  })),
  irsa('the expiration is no number', true, annotated({ 'token-expiration': '1h' })),
  irsa('the regional endpoint', true, annotated({ 'sts-regional-endpoints': 'true' })),
  irsa('not the regional endpoint', true, annotated({ 'sts-regional-endpoints': 'false' })),
  irsa('a second annotation, of an older prefix', true, plan => {
    plan.annotations['iam.amazonaws.com/role'] = 'another';
  }),
  irsa('a sidecar is skipped', true, skipping('sidecar', 'sidecar')),
  irsa('skip-containers in quotes', true, skipping('"sidecar","b"', 'sidecar', 'b')),
  irsa('skip-containers with a blank, which counts', true, skipping('sidecar, main', 'sidecar')),
  irsa('skip-containers that is no CSV', true, skipping('a"b,main')),
  irsa('automountServiceAccountToken: false', true, podWith(spec => (spec.automountServiceAccountToken = false))),
  irsa('hostNetwork', true, podWith(spec => (spec.hostNetwork = true))),
  irsa('static keys that are empty', true, env({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' })),
  irsa('a region of its own', true, env({ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' })),
  irsa('a role with a path', true, also(({ role: one }) => void (one.path = '/team/'), role(arn => arn))),
  irsa('a role of another account', true, inAccount(NEIGHBOR)),
  irsa('role and token in the pod template', true, plan => {
    plan.annotations = {};
    const { spec } = plan.pod;
    spec.volumes = [projected('sts.amazonaws.com', 'own-token')];
    Object.assign(spec.containers[0], {
      env: [
        { name: 'AWS_ROLE_ARN', value: arnOf(plan.role) },
        { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/own/token' },
        ...['AWS_REGION', 'AWS_DEFAULT_REGION'].map(name => ({ name, value: REGION })),
      ],
      volumeMounts: [{ name: 'own-token', mountPath: '/own', readOnly: true }],
    });
  }),
  irsa('a Secret as environment, without keys', true, secret('settings', { LOG_LEVEL: 'debug' })),
  irsa('static keys of a Secret that is optional, and not there', true, optionalKeys, {
    inconclusive: 'Whether there is such a Secret, the doctor does not read.',
  }),
  irsa('the action is allowed', true, asking()),
  irsa('the action is allowed within the boundary', true, asking(({ role: one }) => {
    one.boundary = allow(['eks:*', 's3:*']);
  })),
];

/** One thing each. */
const BREAKS: Readonly<Record<string, Change>> = {
  'sub of another namespace': equals(keys => (keys[SUB] = 'system:serviceaccount:default:app')),
  'aud of another service': equals(keys => (keys[AUD] = 'sts.example.com')),
  'a Deny for everybody': ({ role: { trust } }) => void trust.Statement.push(DENY_WEB_IDENTITY),
  'no role': plan => void (plan.isRoleMissing = true),
  'a blank behind the ARN': role(arn => `${arn} `),
  'the pod is older than the annotation': plan => void (plan.isPodFirst = true),
  'the container is skipped': skipping('main'),
  'a volume of the name of the webhook': podWith(spec => (spec.volumes = [{ name: 'aws-iam-token', emptyDir: {} }])),
  'static keys': env(KEYS),
};

export const BROKEN_IRSA: Setup[] = [
  ...Object.entries(BREAKS).map(([name, change]) => irsa(name, false, change)),
  ...pairsOf(irsa, BREAKS),
  irsa('sub of another service account', false, equals((keys, subject) => (keys[SUB] = `${subject}s`))),
  irsa('sub with a slash', false, equals((keys, _, { namespace }) => {
    keys[SUB] = `system:serviceaccount:${namespace}/app`;
  })),
  irsa('sub in another case', false, equals((keys, subject) => (keys[SUB] = subject.toUpperCase()))),
  irsa('sub with a wildcard under StringEquals', false, equals((keys, _, { namespace }) => {
    keys[SUB] = `system:serviceaccount:${namespace}:*`;
  })),
  irsa('sub with a line end', false, equals((keys, subject) => (keys[SUB] = `${subject}\n`))),
  irsa('aud and sub swapped', false, equals((keys, subject) => {
    Object.assign(keys, { [SUB]: 'sts.amazonaws.com', [AUD]: subject });
  })),
  irsa('https:// in the key', false, equals((keys, subject) => {
    delete keys[SUB];
    keys[`https://${SUB}`] = subject;
  })),
  irsa('the keys of another issuer', false, equals((keys, subject) => {
    delete keys[SUB];
    keys[SUB.replace('EXAMPLED', '0THER000')] = subject;
  })),
  irsa('the provider of another cluster', false, statement(({ Principal }) => {
    Principal.Federated = Principal.Federated.replace('EXAMPLED', '0THER000');
  })),
  irsa('the provider of another account', false, statement(({ Principal }) => {
    Principal.Federated = Principal.Federated.replace(ACCOUNT, NEIGHBOR);
  })),
  irsa('a Deny by sub', false, ({ role: { trust }, namespace }) => {
    trust.Statement.push({
      ...DENY_WEB_IDENTITY, Condition: { StringLike: { [SUB]: `system:serviceaccount:${namespace}:*` } },
    });
  }),
  irsa('the trust policy allows sts:AssumeRole', false, statement(one => (one.Action = 'sts:AssumeRole'))),
  irsa('the trust policy is for EC2', false, statement(one => {
    Object.assign(one, { Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole', Condition: {} });
  })),
  irsa('no provider', false, inAccount(BARE)),
  irsa('a provider without the audience', false, inAccount(STRICT)),
  irsa('the role has a path, the annotation none', false, ({ role: one }) => void (one.path = '/team/')),
  irsa('the annotation names another account', false, also(
    role(arn => arn.replace(ACCOUNT, NEIGHBOR)), ({ options }) => void options.push('--role-profile', NEIGHBOR),
  )),
  irsa('an audience of its own, not in the trust policy', false, annotated({ audience: OWN_AUDIENCE })),
  irsa('an audience that the provider does not know', false, also(
    annotated({ audience: 'another.example.com' }), equals(keys => (keys[AUD] = 'another.example.com')),
  )),
  irsa('an empty audience', false, annotated({ audience: '' })),
  irsa('no annotation', false, plan => void (plan.annotations = {})),
  irsa('the annotation under another key', false, plan => {
    plan.annotations = { [`${PREFIX}/role_arn`]: arnOf(plan.role) };
  }),
  irsa('the annotation on the pod', false, plan => {
    plan.pod.metadata.annotations = plan.annotations;
    plan.annotations = {};
  }),
  irsa('quotes around the ARN', false, role(arn => `"${arn}"`)),
  irsa('the name of the role alone', false, role(arn => arn.slice(arn.lastIndexOf('/') + 1))),
  irsa('serviceAccountName is forgotten', false, podWith(spec => delete spec.serviceAccountName), {
    inconclusive: 'Without a pod of the service account, nothing shows what its pods get.',
  }),
  irsa('serviceAccountName is forgotten, the pod is asked for', false, also(
    podWith(spec => delete spec.serviceAccountName), ({ options }) => void options.push('--pod', 'app'),
  )),
  irsa('the webhook does not answer', false, undefined, { state: 'webhook down' }),
  irsa('the webhook does not answer, and pods are refused', false, undefined, {
    state: 'webhook down, Fail', inconclusive: 'Without a pod of the service account, nothing shows what its pods get.',
  }),
  irsa('there is no webhook', false, undefined, { state: 'no webhook' }),
  irsa('the webhook leaves the namespace out', false, undefined, { state: 'namespace left out' }),
  irsa('the webhook looks for another prefix', false, undefined, { state: 'another prefix' }),
  irsa('the webhook asks for another audience', false, undefined, { state: 'another audience' }),
  irsa('the label that skips the webhook', false, podWith((_, metadata) => {
    metadata.labels = { [`${PREFIX}/skip-pod-identity-webhook`]: 'true' };
  })),
  irsa('the containers are skipped, in quotes', false, skipping('"main","b"', 'b')),
  irsa('the container is skipped, with a line end', false, skipping('main\n')),
  irsa('AWS_ROLE_ARN in the pod template', false, plan => env({ AWS_ROLE_ARN: arnOf(plan.role) })(plan)),
  irsa('the token for the API server', false, plan => env({
    AWS_ROLE_ARN: arnOf(plan.role),
    AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/kubernetes.io/serviceaccount/token',
  })(plan)),
  irsa('static keys of a Secret', false, secret('aws-credentials', KEYS), {
    inconclusive: 'The name of the Secret is a hint. What is in it, the doctor does not read.',
  }),
  irsa('static keys of a Secret that is optional', false, also(
    optionalKeys, secret('keys', KEYS), podWith(({ containers: [container] }) => delete container.envFrom),
  ), { inconclusive: 'Whether there is such a Secret, the doctor does not read.' }),
  irsa('a profile of a file that is not there', false, env({ AWS_PROFILE: 'app' }), {
    differs: 'boto3 wants the profile; the SDK for JavaScript goes on to the token.',
    inconclusive: 'What the SDK makes of a profile depends on the SDK.',
  }),
  irsa('static keys of a Secret, under a prefix of the name', false, also(
    secret('credentials', { ID: KEYS.AWS_ACCESS_KEY_ID, KEY: KEYS.AWS_SECRET_ACCESS_KEY }),
    podWith(({ containers: [container] }) => {
      delete container.envFrom;
      container.env = [['AWS_ACCESS_KEY_ID', 'ID'], ['AWS_SECRET_ACCESS_KEY', 'KEY']]
        .map(([name, key]) => ({ name, valueFrom: { secretKeyRef: { name: 'credentials', key } } }));
    }),
  )),
  irsa('no policy allows the action', false, asking(({ role: one }) => void (one.policy = allow('s3:*')))),
  irsa('the policy is about another cluster', false, asking(({ role: one }) => {
    one.policy = allow(ACTION, `${CLUSTER_ARN}-2`);
  })),
  irsa('a Deny of the action', false, asking(({ role: one }) => {
    one.policy.Statement.push({ Effect: 'Deny', Action: 'eks:*', Resource: '*' });
  })),
  irsa('the boundary does not allow the action', false, asking(({ role: one }) => {
    one.boundary = allow('s3:*');
  })),
];
