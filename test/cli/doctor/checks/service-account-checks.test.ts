import { annotateCommand } from '../../../../src/cli/doctor/checks/commands';
import { roleArnOf, tokenAudienceOf } from '../../../../src/cli/doctor/checks/web-identity';
import { Facts } from '../../../../src/cli/doctor/facts';
import { injected } from '../../../token/pod-identity-webhook';
import { factsOf, factsOfPods, OTHER_ROLE, pod, QUESTION, ROLE, serviceAccount } from '../healthy';
import { causes, judgeOf, troubles } from '../verdicts';

const ROLE_KEY = 'eks.amazonaws.com/role-arn';
const annotated = (annotations: Record<string, string>, pods = [pod()]): Facts =>
  factsOf({ serviceAccount: serviceAccount(annotations), pods });
const withRole = (more: Record<string, string>): Facts => annotated({ [ROLE_KEY]: ROLE, ...more });

test('a healthy set-up has no troubles', () => {
  expect(troubles(factsOf())).toEqual([]);
  expect(judgeOf('role-annotation', factsOf())).toEqual({
    status: 'ok',
    summary: `The ServiceAccount names role ${ROLE}.`,
    evidence: undefined,
  });
});

describe('namespace and ServiceAccount', () => {
  test('a namespace that is not there is the cause', () => {
    const facts: Facts = {
      ...factsOf({ pods: [] }),
      namespace: { value: undefined },
      serviceAccount: { value: undefined },
    };
    expect(causes(facts)).toEqual(['namespace-exists']);
    expect(judgeOf('namespace-exists', facts)).toMatchObject({
      summary: 'Namespace payments does not exist.',
      fix: ['Create it: kubectl create namespace payments', expect.anything()],
    });
  });

  test('a ServiceAccount that is not there is the cause', () => {
    const facts: Facts = { ...factsOf({ pods: [] }), serviceAccount: { value: undefined } };
    expect(causes(facts)).toEqual(['service-account-exists']);
    expect(judgeOf('service-account-exists', facts)).toMatchObject({
      summary: 'ServiceAccount payments/api does not exist.',
    });
    expect(judgeOf('role-annotation', facts)).toMatchObject({
      status: 'unknown',
      summary: 'There is no ServiceAccount to check.',
    });
  });

  test('a name that is missing may be mistyped: the nearest one comes before what creates it', () => {
    const otherServiceAccounts = {
      value: [
        { namespace: 'default', name: 'default' },
        { namespace: 'paymnets', name: 'default' },
        { namespace: 'paymnets', name: 'api' },
      ],
    };
    const missing: Facts = { ...factsOf({ pods: [] }), serviceAccount: { value: undefined }, otherServiceAccounts };
    expect(judgeOf('namespace-exists', { ...missing, namespace: { value: undefined } })!.fix!.slice(0, 2)).toEqual([
      'Did you mean --namespace paymnets? It has a ServiceAccount api.',
      'Create it: kubectl create namespace payments',
    ]);
    const other = (name: string) =>
      ({ ...missing, otherServiceAccounts: { value: [{ namespace: 'payments', name }] } });
    expect(judgeOf('service-account-exists', other('apis'))).toMatchObject({
      evidence: ['ServiceAccounts in the namespace: apis'],
      fix: ['Did you mean --service-account apis?', expect.anything(), expect.anything()],
    });
    expect(judgeOf('service-account-exists', other('default'))!.fix).toHaveLength(2);
    const unreadable = { ...missing, namespace: { value: undefined }, otherServiceAccounts: { unknown: 'no' } };
    for (const id of ['namespace-exists', 'service-account-exists']) {
      expect(judgeOf(id, unreadable)!.fix).toHaveLength(2);
    }
  });

  test('what may not be read is unknown, with the permission that is missing', () => {
    const facts: Facts = {
      ...factsOf(),
      namespace: { unknown: 'needs get on namespaces' },
      serviceAccount: { unknown: 'needs get on serviceaccounts in namespace payments' },
    };
    expect(judgeOf('namespace-exists', facts)).toMatchObject({
      status: 'unknown', summary: 'Needs get on namespaces.',
    });
    expect(judgeOf('service-account-exists', facts)).toMatchObject({
      status: 'unknown',
      summary: 'Needs get on serviceaccounts in namespace payments.',
    });
    expect(judgeOf('role-annotation', facts)).toMatchObject({ status: 'unknown' });
  });

  test('a ServiceAccount tells that its namespace is there', () => {
    expect(
      judgeOf('namespace-exists', { ...factsOf(), namespace: { unknown: 'needs get on namespaces' } }),
    ).toMatchObject({ status: 'ok' });
  });
});

describe('the annotation of the role', () => {
  test.each([
    ['aws'], ['aws-cn'], ['aws-us-gov'], ['aws-eusc'], ['aws-iso-b'],
  ])('is right in partition %s', partition => {
    expect(
      judgeOf('role-annotation', annotated({ [ROLE_KEY]: `arn:${partition}:iam::111122223333:role/path/a` })),
    ).toMatchObject({ status: 'ok' });
  });

  test('a quote in the value stays a part of it', () => {
    expect(annotateCommand(QUESTION, ROLE_KEY, "it's")).toBe(
      `kubectl annotate serviceaccount api -n payments --overwrite ${ROLE_KEY}='it'\\''s'`,
    );
  });

  test.each([
    [` ${ROLE}`, 'The ARN of the role has leading or trailing whitespace.'],
    [`${ROLE}\n`, 'The ARN of the role has a line break.'],
    [`"${ROLE}"`, 'The ARN of the role has quotes.'],
    [`'${ROLE}'`, 'The ARN of the role has quotes.'],
  ])('with something around it is cleaned: %j', (arn, summary) => {
    const verdict = judgeOf('role-annotation', annotated({ [ROLE_KEY]: arn }))!;
    expect(verdict).toMatchObject({ status: 'failed', summary, evidence: [`${ROLE_KEY}: ${JSON.stringify(arn)}`] });
    expect(verdict.fix![0]).toBe(`kubectl annotate serviceaccount api -n payments --overwrite ${ROLE_KEY}=${ROLE}`);
    expect(causes(annotated({ [ROLE_KEY]: arn }))).toEqual(['role-annotation']);
  });

  test.each([
    ['', 'it is empty'],
    ['payments-api', 'it is only a name'],
    ['arn:aws:iam::1111:role/a', 'its account ID does not have 12 digits'],
    ['arn:aws:iam:::role/a', 'its account ID does not have 12 digits'],
    ['arn:aws:iam::111122223333:policy/a', 'it names a policy'],
    ['arn:aws:iam::111122223333:instance-profile/a', 'it names an instance profile'],
    ['arn:aws:sts::111122223333:assumed-role/a/b', 'it names a role session'],
    ['arn:aws:iam::111122223333:user/a', 'it names a user'],
    ['${Token[TOKEN.23]}', 'a placeholder was not replaced'],
    ['ARN:AWS:IAM::111122223333:role/a', 'ARNs start with lower-case letters'],
  ])('that is no ARN is wrong: %j', (arn, why) => {
    expect(judgeOf('role-annotation', annotated({ [ROLE_KEY]: arn }))).toMatchObject({
      status: 'failed',
      summary: `${JSON.stringify(arn)} is not the ARN of a role: ${why}.`,
    });
  });

  test('that is missing is the cause, and what the pods lack is a consequence', () => {
    const facts = annotated({});
    expect(judgeOf('role-annotation', facts)).toMatchObject({
      status: 'failed',
      summary: 'The ServiceAccount names no role.',
    });
    expect(causes(facts)).toEqual(['role-annotation']);
    expect(troubles(facts)).toContain('pod-injected: failed');
  });

  test('that is missing, while pods know the role: it is the one to annotate', () => {
    const earlier = annotated({}, [injected(pod(), serviceAccount())]);
    expect(judgeOf('role-annotation', earlier)).toMatchObject({
      evidence: [`pod api-1 has AWS_ROLE_ARN ${ROLE}`],
      fix: [expect.stringContaining(`${ROLE_KEY}=${ROLE}`), expect.anything()],
    });
    const onPod = annotated({}, [pod({}, { annotations: { [ROLE_KEY]: ROLE } })]);
    expect(judgeOf('role-annotation', onPod)).toMatchObject({
      evidence: [`pod api-1 itself has the annotation, which the webhook ignores: ${ROLE}`],
      fix: [expect.stringContaining(`${ROLE_KEY}=${ROLE}`), expect.anything()],
    });
  });

  test.each([
    ['eks.amazonaws.com/role'],
    ['eks.amazonaws.com/role_arn'],
    ['EKS.amazonaws.com/role-arn'],
    ['eks.amazonaws.com/Role-ARN'],
    ['iam.amazonaws.com/role'],
    ['amazonaws.com/role-arn'],
    ['role-arn'],
  ])('under the key %s is found', key => {
    const verdict = judgeOf('role-annotation', annotated({ [key]: ROLE }))!;
    expect(verdict).toMatchObject({
      status: 'failed',
      summary: `The ServiceAccount names a role under another key, which the webhook does not read: ${key}.`,
      evidence: [`${key}: "${ROLE}"`],
    });
    expect(verdict.fix![0]).toContain(`${ROLE_KEY}=${ROLE}`);
  });

  test('is not wanted where EKS Pod Identity gives a role', () => {
    const facts: Facts = { ...annotated({}, []), podIdentities: { value: [{ id: 'a-1', roleArn: ROLE }] } };
    expect(judgeOf('role-annotation', facts)).toMatchObject({
      status: 'ok',
      summary: `The ServiceAccount names no role. It gets ${ROLE} through EKS Pod Identity.`,
    });
  });

  describe('is not wanted of pods that bring role and token themselves', () => {
    const own = (...changes: ((one: any) => void)[]) =>
      factsOfPods(
        { serviceAccount: serviceAccount({}) },
        changes.map((change, at) => {
          const one = structuredClone(injected(pod({}, { name: `api-${at}` }), serviceAccount()));
          one.spec.volumes[0].name = one.spec.containers[0].volumeMounts[0].name = 'token';
          change(one);
          return one;
        }),
      );
    const asIs = () => undefined;
    const setRole = (role: string) => (one: any) =>
      (one.spec.containers[0].env.find(({ name }: any) => name === 'AWS_ROLE_ARN').value = role);
    const setAudience = (one: any) =>
      (one.spec.volumes[0].projected.sources[0].serviceAccountToken.audience = 'reports.example.com');

    test('of one mind', () => {
      expect(troubles(own(asIs, asIs))).toEqual([]);
      expect(judgeOf('role-annotation', own(asIs))).toMatchObject({
        summary: `The ServiceAccount names no role. The pod templates set role ${ROLE} and the token.`,
      });
      expect(roleArnOf(own(asIs))).toMatchObject({ value: { arn: ROLE } });
    });

    test('for an audience of their own', () => {
      expect(troubles(own(setAudience))).toEqual([]);
      expect(tokenAudienceOf(own(setAudience))).toBe('reports.example.com');
      expect(tokenAudienceOf(own(asIs))).toBe('sts.amazonaws.com');
      expect(
        tokenAudienceOf(own(one => delete one.spec.volumes[0].projected.sources[0].serviceAccountToken.audience)),
      ).toBe('https://kubernetes.default.svc');
    });

    test.each<[string, Facts]>([
      ['with different roles', own(asIs, setRole(OTHER_ROLE))],
      ['with different audiences', own(asIs, setAudience)],
      ['without a token', own(one => (one.spec.volumes = []))],
      ['one of which has no token', own(asIs, one => (one.spec.volumes = []))],
      [
        'without a container that is not skipped',
        own(one => (one.metadata.annotations = { 'eks.amazonaws.com/skip-containers': 'main' })),
      ],
      ['with what is no ARN', own(setRole('payments-api'))],
      [
        'one of which the webhook has changed, when there was an annotation',
        factsOfPods({ serviceAccount: serviceAccount({}) }, [injected(pod(), serviceAccount())]),
      ],
    ])('but of pods %s', (_, facts) => {
      expect(judgeOf('role-annotation', facts)).toMatchObject({
        status: 'failed',
        summary: 'The ServiceAccount names no role.',
      });
    });
  });

  test('never leaves its line', () => {
    const verdict = judgeOf('role-annotation', annotated({ [ROLE_KEY]: 'a\u202e\u001b[2J' }))!;
    expect(verdict.summary).toBe('"a\\u202e\\u001b[2J" is not the ARN of a role.');
  });
});

describe('the other annotations', () => {
  test.each<[string, string, string]>([
    ['audience', '', 'an audience without leading or trailing whitespace'],
    ['audience', 'sts.amazonaws.com ', 'an audience without leading or trailing whitespace'],
    ['token-expiration', '599', 'a whole number from 600 to 86400'],
    ['token-expiration', '86401', 'a whole number from 600 to 86400'],
    ['token-expiration', '1h', 'a whole number from 600 to 86400'],
    ['token-expiration', '', 'a whole number from 600 to 86400'],
    ['token-expiration', '-600', 'a whole number from 600 to 86400'],
    ['sts-regional-endpoints', 'yes', '"true" or "false"'],
    ['sts-regional-endpoints', 'regional', '"true" or "false"'],
  ])('%s: %j is wrong', (name, value, rule) => {
    const facts = withRole({ [`eks.amazonaws.com/${name}`]: value });
    expect(judgeOf('annotation-values', facts)).toMatchObject({
      status: 'failed',
      summary: `eks.amazonaws.com/${name} must be ${rule}.`,
      evidence: [`eks.amazonaws.com/${name}: ${JSON.stringify(value)}`],
    });
    expect(causes(facts)).toEqual(['annotation-values']);
  });

  test.each([
    ['audience', 'reports.example.com'],
    ['token-expiration', '600'],
    ['token-expiration', '86400'],
    ['sts-regional-endpoints', 'true'],
    ['sts-regional-endpoints', 'false'],
    ['sts-regional-endpoints', 'True'],
    ['sts-regional-endpoints', '0'],
  ])('%s: %j is right', (name, value) => {
    expect(troubles(withRole({ [`eks.amazonaws.com/${name}`]: value }))).toEqual([]);
  });

  test.each<[string, string, boolean]>([
    ['audience', 'sts.amazonaws.com ', false],
    ['token-expiration', '1h', true],
    ['token-expiration', '599', true],
    ['sts-regional-endpoints', 'yes', true],
  ])('%s: %j leaves the pods their role: %s', (name, value, harmless) => {
    expect(judgeOf('annotation-values', withRole({ [`eks.amazonaws.com/${name}`]: value }))).toMatchObject({
      harmless,
    });
  });

  test('two that are wrong are both shown', () => {
    const verdict = judgeOf(
      'annotation-values',
      withRole({ 'eks.amazonaws.com/audience': '', 'eks.amazonaws.com/token-expiration': 'x' }),
    )!;
    expect(verdict.summary).toContain('Also invalid: eks.amazonaws.com/token-expiration.');
    expect(verdict.evidence).toHaveLength(2);
  });
});

describe('a second annotation for a role', () => {
  const twice = { [ROLE_KEY]: ROLE, 'amazonaws.com/role-arn': OTHER_ROLE };

  test('that says the same is told', () => {
    expect(judgeOf('annotation-duplicates', withRole({ 'amazonaws.com/role-arn': ROLE }))).toMatchObject({
      status: 'ok',
      evidence: [`amazonaws.com/role-arn: "${ROLE}"`],
    });
  });

  test('that says something else is wrong', () => {
    expect(judgeOf('annotation-duplicates', annotated(twice, []))).toMatchObject({
      status: 'failed',
      evidence: [`${ROLE_KEY}: "${ROLE}"`, `amazonaws.com/role-arn: "${OTHER_ROLE}"`],
      fix: ['kubectl annotate serviceaccount api -n payments amazonaws.com/role-arn-'],
    });
  });

  test('that says something else does no harm where pods have the right role', () => {
    expect(judgeOf('annotation-duplicates', annotated(twice))).toMatchObject({ status: 'ok' });
  });

  test('does no good where pods have neither', () => {
    expect(
      judgeOf('annotation-duplicates', factsOfPods({ serviceAccount: serviceAccount(twice) }, [pod()])),
    ).toMatchObject({ status: 'failed' });
  });

  test('is another matter where the first is missing', () => {
    expect(judgeOf('annotation-duplicates', annotated({ 'amazonaws.com/role-arn': ROLE }))).toBeUndefined();
  });
});
