import { Facts, OtherPod, Owner } from '../../../../src/cli/doctor/facts';
import { webhookOf } from '../../../../src/cli/doctor/read/webhook-facts';
import { Manifest, manifestProblems } from '../../../judges/kubernetes';
import { injected } from '../../../token/pod-identity-webhook';
import {
  factsOf,
  factsOfPods,
  OTHER_ROLE,
  pod,
  POD_QUESTION,
  QUESTION,
  ROLE,
  serviceAccount,
  setup,
  webhook,
} from '../healthy';
import { causes, judgeOf, troubles } from '../verdicts';

const ROLE_KEY = 'eks.amazonaws.com/role-arn';
const CREDENTIALS_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const EARLY = { creationTimestamp: '2026-01-01T12:00:00Z' };
const main = (more: any = {}) => ({ name: 'main', image: 'registry.example.com/main:1', ...more });
const healthyPod = (spec: any = {}, metadata: any = {}, account = serviceAccount()) =>
  injected(pod(spec, metadata), account);
/** Facts of pods as they are, in a set-up that is healthy otherwise. */
const withPods = (...pods: Manifest[]): Facts => factsOfPods({}, pods);

/** A pod of EKS Pod Identity, as the webhook of EKS makes it. */
const identityPod = (metadata: any = {}) =>
  pod(
    {
      containers: [
        main({
          env: [
            { name: CREDENTIALS_URI, value: 'http://169.254.170.23/v1/credentials' },
            {
              name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
              value: '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token',
            },
          ],
        }),
      ],
    },
    metadata,
  );

/** As the webhook makes it on Windows, where the mode of a file says nothing. */
function windowsPod(): Manifest {
  const one = healthyPod({ nodeSelector: { 'kubernetes.io/os': 'windows' }, securityContext: { runAsNonRoot: true } });
  one.spec.containers[0].env.find(({ name }: any) => name === 'AWS_WEB_IDENTITY_TOKEN_FILE').value =
    'C:\\var\\run\\secrets\\eks.amazonaws.com\\serviceaccount\\token';
  one.spec.volumes[0].projected.defaultMode = 0o400;
  return one;
}

describe('a healthy set-up', () => {
  test.each<[string, Facts]>([
    ['with a pod', factsOf()],
    ['with init containers', factsOf({ pods: [pod({ initContainers: [main({ name: 'init' })] })] })],
    [
      'with an audience of its own',
      factsOf({
        serviceAccount: serviceAccount({ [ROLE_KEY]: ROLE, 'eks.amazonaws.com/audience': 'reports.example.com' }),
      }),
    ],
    [
      'with regional endpoints',
      factsOf({
        serviceAccount: serviceAccount({ [ROLE_KEY]: ROLE, 'eks.amazonaws.com/sts-regional-endpoints': 'true' }),
      }),
    ],
    ['with the pod that is asked for', factsOf({ question: POD_QUESTION })],
    ['with a pod from before the annotation that has the role all the same', factsOf({ pods: [pod({}, EARLY)] })],
    ['with a non-root pod', factsOf({ pods: [pod({ securityContext: { runAsNonRoot: true } })] })],
    ['with a pod of Windows', withPods(windowsPod())],
  ])('%s has no troubles', (_, facts) => {
    expect(troubles(facts)).toEqual([]);
  });

  test('is made of pods as Kubernetes has them', () => {
    const pods = [...setup().pods.map(one => injected(one, setup().serviceAccount)), identityPod()];
    for (const one of [...pods, setup().serviceAccount, setup().namespace]) expect(manifestProblems(one)).toEqual([]);
  });
});

describe('the pods', () => {
  const EVENTS =
    'Check whether pods were rejected: kubectl get events -n payments --field-selector reason=FailedCreate';

  test('none is no fault, and nothing that was seen to work', () => {
    const facts = factsOf({ pods: [] });
    expect(troubles(facts)).toEqual(['pod-exists: unknown']);
    expect(judgeOf('pod-exists', facts)).toEqual({
      status: 'unknown',
      summary: 'No pod uses payments/api, so the doctor cannot tell whether pods get the role.',
      decisive: true,
      evidence: [],
      fix: [EVENTS],
    });
  });

  test('of which none uses it: what they use instead is named, a forgotten serviceAccountName first', () => {
    const other = (name: string, used: string, owner?: Owner): OtherPod =>
      ({ name, serviceAccount: used, phase: 'Running', ...owner && { owner } });
    const facts: Facts = {
      ...factsOf({ pods: [] }),
      otherPods: {
        value: [
          other('batch-1', 'batch', { kind: 'Job', name: 'batch' }),
          other('api-1', 'default', { kind: 'Deployment', name: 'api' }),
          other('api-2', 'default', { kind: 'Deployment', name: 'api' }),
          other('debug', 'default'),
        ],
      },
    };
    expect(judgeOf('pod-exists', facts)).toMatchObject({
      decisive: true,
      evidence: [
        '3 pods in the namespace use ServiceAccount default instead: deployment/api, pod/debug',
        '1 pod in the namespace uses ServiceAccount batch instead: job/batch',
      ],
      fix: [
        'If it should use api: kubectl set serviceaccount deployment/api api -n payments',
        'If it should use api: In the manifest of pod/debug in namespace payments: set serviceAccountName: api',
        EVENTS,
      ],
    });
    const unreadable: Facts = { ...factsOf({ pods: [] }), otherPods: { unknown: 'no' } };
    expect(judgeOf('pod-exists', unreadable)!.evidence).toEqual(['the other pods of the namespace: no']);
  });

  test.each(['Succeeded', 'Failed'])('that have ended (%s) do not count', phase => {
    const facts = withPods({ ...pod(), status: { phase } });
    expect(troubles(facts)).toEqual(['pod-exists: unknown']);
    expect(judgeOf('pod-exists', facts)).toEqual({
      status: 'unknown',
      summary: 'All pods of payments/api have ended. There is no running pod to check.',
      decisive: true,
      evidence: [`pod api-1: ${phase}`],
      fix: ['To check a pod that has ended, use --pod api-1', EVENTS],
    });
  });

  test('that are being deleted do not count: what comes after them is another', () => {
    expect(
      troubles(withPods(healthyPod(), pod({}, { ...EARLY, name: 'api-0', deletionTimestamp: '2026-01-03T00:00:30Z' }))),
    ).toEqual([]);
  });

  test('one that has ended counts where it is asked for', () => {
    expect(causes(factsOfPods({ question: POD_QUESTION }, [{ ...pod(), status: { phase: 'Failed' } }]))).toEqual([
      'webhook',
    ]);
  });

  test('one that is asked for and not there is the cause', () => {
    const facts: Facts = { ...factsOf({ question: POD_QUESTION, pods: [] }), pods: { value: undefined } };
    expect(causes(facts)).toEqual(['pod-exists']);
    expect(judgeOf('pod-exists', facts)).toMatchObject({ summary: 'Pod payments/api-1 does not exist.' });
  });

  test('that may not be read are unknown', () => {
    const facts: Facts = { ...factsOf(), pods: { unknown: 'needs list on pods in namespace payments' } };
    expect(troubles(facts)).toEqual(['pod-exists: unknown']);
    // Whatever stands in AWS: nobody can say that they get the role.
    expect(judgeOf('pod-exists', facts)).toMatchObject({ decisive: true });
  });

  test('of many the first few are named, and the number', () => {
    const facts = withPods(...Array.from({ length: 10 }, (_, index) => pod({}, { ...EARLY, name: `api-${index}` })));
    const verdict = judgeOf('pod-after-annotation', facts)!;
    expect(verdict.summary).toBe(
      '10 pods were created before the annotation was added. The webhook changes only new pods.',
    );
    expect(verdict.evidence).toEqual([
      'annotation set at 2026-01-02T00:00:00.000Z',
      ...[0, 1, 2].map(index => `pod api-${index} created at 2026-01-01T12:00:00.000Z, without AWS_ROLE_ARN`),
      'and 7 more',
    ]);
  });

  test('one that uses another ServiceAccount is the cause', () => {
    const facts = factsOfPods({ question: POD_QUESTION }, [pod({ serviceAccountName: 'default' })]);
    expect(troubles(facts)).toEqual(['pod-service-account: failed']);
    expect(judgeOf('pod-service-account', facts)).toMatchObject({
      summary: 'Pod api-1 uses ServiceAccount default, not api.',
      fix: ['kubectl set serviceaccount deployment/api api -n payments', expect.anything()],
    });
  });
});

describe('a pod from before the annotation', () => {
  test('is the cause', () => {
    const facts = withPods(pod({}, EARLY));
    expect(causes(facts)).toEqual(['pod-after-annotation']);
    expect(troubles(facts)).toContain('pod-injected: failed');
    expect(judgeOf('pod-after-annotation', facts)!.fix).toEqual([
      'kubectl rollout restart deployment/api -n payments',
    ]);
  });

  test.each<[string, any, string]>([
    ['StatefulSet', { kind: 'StatefulSet', name: 'db' }, 'kubectl rollout restart statefulset/db -n payments'],
    ['DaemonSet', { kind: 'DaemonSet', name: 'log' }, 'kubectl rollout restart daemonset/log -n payments'],
    [
      'Job',
      { kind: 'Job', name: 'x-1' },
      'Run job/x-1 in namespace payments again. Its existing pods do not change.',
    ],
    [
      'ReplicaSet of something else',
      { kind: 'ReplicaSet', name: 'web' },
      'kubectl delete pod api-1 -n payments   # replicaset/web re-creates it',
    ],
    [
      'custom resource',
      { kind: 'Workflow', name: 'w' },
      'kubectl delete pod api-1 -n payments   # workflow/w re-creates it',
    ],
    [
      'nobody',
      undefined,
      'kubectl delete pod api-1 -n payments   # no controller re-creates it: apply its manifest again',
    ],
  ])('of a %s is re-created by its owner', (_, owner, command) => {
    const ownerReferences = owner ? [{ ...owner, apiVersion: 'v1', uid: 'd0a4', controller: true }] : [];
    expect(judgeOf('pod-after-annotation', withPods(pod({}, { ...EARLY, ownerReferences })))!.fix).toEqual([command]);
  });

  test('and those of other workloads are restarted one by one', () => {
    const of = (kind: string, name: string) =>
      pod({}, { ...EARLY, name, ownerReferences: [{ kind, name, apiVersion: 'v1', uid: name, controller: true }] });
    const facts = withPods(of('StatefulSet', 'db'), pod({}, EARLY), pod({}, { ...EARLY, name: 'api-2' }));
    expect(judgeOf('pod-after-annotation', facts)!.fix).toEqual([
      'kubectl rollout restart statefulset/db -n payments',
      'kubectl rollout restart deployment/api -n payments',
    ]);
  });

  test('with an older role is the cause', () => {
    const facts = withPods(healthyPod({}, EARLY, serviceAccount({ [ROLE_KEY]: OTHER_ROLE })));
    expect(causes(facts)).toEqual(['pod-after-annotation']);
    expect(judgeOf('pod-after-annotation', facts)!.evidence![1]).toBe(
      `pod api-1 created at 2026-01-01T12:00:00.000Z, with AWS_ROLE_ARN ${OTHER_ROLE}`,
    );
  });

  test('is only suspected if the same manager may have changed something else since', () => {
    const account = serviceAccount();
    account.metadata.managedFields[0].fieldsV1['f:metadata']['f:labels'] = { 'f:team': {} };
    const facts = factsOfPods({ serviceAccount: account }, [pod({}, EARLY)]);
    expect(causes(facts)).toEqual(['pod-after-annotation']);
    expect(judgeOf('pod-after-annotation', facts)).toMatchObject({
      summary: 'Pod api-1 was created before the ServiceAccount was last changed, possibly its annotation. The webhook '
        + 'changes only new pods.',
      evidence: [
        'ServiceAccount last changed at 2026-01-02T00:00:00.000Z by the manager of the annotation; the annotation may '
          + 'be older',
        expect.stringContaining('pod api-1 created at 2026-01-01T12:00:00.000Z'),
      ],
      fix: [
        'kubectl rollout restart deployment/api -n payments',
        'If new pods get no variables either, run the doctor again. It then checks the webhook.',
      ],
    });
    account.metadata.creationTimestamp = '2026-01-02T00:00:00Z';
    expect(judgeOf('pod-after-annotation', factsOfPods({ serviceAccount: account }, [pod({}, EARLY)]))!.evidence![0])
      .toBe('annotation set at 2026-01-02T00:00:00.000Z');
  });

  test('is told by the ServiceAccount that was made later, where nothing says when it was annotated', () => {
    const account = serviceAccount();
    delete account.metadata.managedFields;
    expect(
      causes(factsOfPods({ serviceAccount: account }, [pod({}, { creationTimestamp: '2025-12-31T00:00:00Z' })])),
    ).toEqual(['pod-after-annotation']);
    expect(judgeOf('pod-after-annotation', factsOfPods({ serviceAccount: account }, [pod()]))).toMatchObject({
      status: 'unknown',
    });
    expect(judgeOf('pod-after-annotation', factsOfPods({ serviceAccount: account }, [healthyPod()]))).toMatchObject({
      status: 'ok',
    });
  });
});

describe('what the webhook puts into pods', () => {
  const broken = (change: (container: any, spec: any) => void) => {
    const one = structuredClone(healthyPod());
    change(one.spec.containers[0], one.spec);
    return withPods(one);
  };
  const variable = (container: any, name: string) => container.env.find((one: any) => one.name === name);

  test.each<[string, (container: any, spec: any) => void, string]>([
    [
      'no role',
      container => (container.env = container.env.filter(({ name }: any) => name !== 'AWS_ROLE_ARN')),
      'container main has AWS_WEB_IDENTITY_TOKEN_FILE in its pod template, so the webhook adds no AWS_ROLE_ARN.',
    ],
    [
      'no token file',
      container => (container.env = container.env.filter(({ name }: any) => name !== 'AWS_WEB_IDENTITY_TOKEN_FILE')),
      'container main has AWS_ROLE_ARN in its pod template, so the webhook adds no AWS_WEB_IDENTITY_TOKEN_FILE.',
    ],
    [
      'another role',
      container => (variable(container, 'AWS_ROLE_ARN').value = OTHER_ROLE),
      `container main has AWS_ROLE_ARN ${OTHER_ROLE}, but the annotation names ${ROLE}.`,
    ],
    [
      'no mount',
      container => delete container.volumeMounts,
      'container main has no token mounted at /var/run/secrets/eks.amazonaws.com/serviceaccount/token.',
    ],
    [
      'no volume',
      (_, spec) => (spec.volumes = []),
      'container main has no token mounted at /var/run/secrets/eks.amazonaws.com/serviceaccount/token.',
    ],
    [
      'a volume without a token',
      (_, spec) => (spec.volumes[0] = { name: 'aws-iam-token', emptyDir: {} }),
      'container main has no token mounted at /var/run/secrets/eks.amazonaws.com/serviceaccount/token.',
    ],
    [
      'another file',
      container => (variable(container, 'AWS_WEB_IDENTITY_TOKEN_FILE').value = '/tmp/token'),
      'container main has no token mounted at /tmp/token.',
    ],
  ])('%s is the cause', (_, change, words) => {
    const facts = broken(change);
    expect(judgeOf('pod-injected', facts)).toMatchObject({ status: 'failed', summary: `Pod api-1: ${words}` });
    expect(causes(facts)).toEqual(['pod-injected']);
  });

  test('a role from elsewhere is not known', () => {
    const facts = broken(container => container.env = container.env.map((one: any) => (one.name === 'AWS_ROLE_ARN'
      ? { name: one.name, valueFrom: { configMapKeyRef: { name: 'settings', key: 'role' } } } : one)));
    expect(judgeOf('pod-injected', facts)).toMatchObject({
      status: 'unknown',
      evidence: ['pod api-1, container main: gets AWS_ROLE_ARN from ConfigMap settings'],
    });
  });

  test('a sidecar that another webhook added later does without: this one changes all containers that it sees', () => {
    const one = healthyPod();
    one.spec.containers.push(main({ name: 'side' }));
    const facts = withPods(one);
    expect(troubles(facts)).toEqual(['pod-injected: unknown']);
    expect(judgeOf('pod-injected', facts)!.evidence).toEqual([
      'pod api-1, container side: was added after the webhook ran and gets no role; it may be a sidecar',
    ]);
  });

  test('one container of two with half of it is named', () => {
    const one = healthyPod({ containers: [main(), main({ name: 'side' })] });
    one.spec.containers[1].env = one.spec.containers[1].env.filter(
      ({ name }: any) => name !== 'AWS_WEB_IDENTITY_TOKEN_FILE',
    );
    expect(judgeOf('pod-injected', withPods(one))).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('so the webhook adds no AWS_WEB_IDENTITY_TOKEN_FILE'),
    });
  });

  test('one container of two that brings it itself: the other one is named', () => {
    const one = healthyPod({ containers: [main(), main({ name: 'side' })] });
    one.spec.volumes[0].name = one.spec.containers[0].volumeMounts[0].name = 'token';
    delete one.spec.containers[1].env;
    expect(judgeOf('pod-injected', withPods(one))).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('container side has no'),
    });
  });

  test('a role that is written into the template stays there', () => {
    const facts = factsOf({
      pods: [
        pod({
          containers: [
            main({
              env: [
                { name: 'AWS_ROLE_ARN', value: OTHER_ROLE },
                {
                  name: 'AWS_WEB_IDENTITY_TOKEN_FILE',
                  value: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
                },
              ],
            }),
          ],
        }),
      ],
    });
    expect(judgeOf('pod-injected', facts)!.fix).toEqual([
      'kubectl rollout restart deployment/api -n payments',
      'If new pods have the same AWS_ROLE_ARN, the pod template sets it. Remove it there.',
    ]);
  });

  const REMOVE = (names: string) => [
    `kubectl set env deployment/api ${names} -n payments`,
    'A restart does not help: if a container sets AWS_ROLE_ARN or AWS_WEB_IDENTITY_TOKEN_FILE, the webhook adds '
      + 'neither.',
  ];

  test.each<[string, any[], string[]]>([
    ['the role', [{ name: 'AWS_ROLE_ARN', value: ROLE }], REMOVE('AWS_ROLE_ARN-')],
    ['an empty role', [{ name: 'AWS_ROLE_ARN' }], REMOVE('AWS_ROLE_ARN-')],
    [
      'another file',
      [{ name: 'AWS_ROLE_ARN', value: ROLE }, { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/tmp/token' }],
      REMOVE('AWS_ROLE_ARN- AWS_WEB_IDENTITY_TOKEN_FILE-'),
    ],
  ])('a template that sets %s must not: no restart helps, whenever the pod was created', (_, env, fix) => {
    for (const metadata of [{}, EARLY]) {
      const facts = factsOf({ pods: [pod({ containers: [main({ env })] }, metadata)] });
      expect(causes(facts)).toEqual(['pod-injected']);
      expect(judgeOf('pod-injected', facts)!.fix).toEqual(fix);
    }
  });

  test('a volume of the template that has the name of the webhook\'s must be renamed', () => {
    const facts = broken((_, spec) => (spec.volumes[0] = { name: 'aws-iam-token', emptyDir: {} }));
    expect(judgeOf('pod-injected', facts)!.fix).toContain(
      'If the pod template defines a volume aws-iam-token, rename it. The webhook does not replace it.',
    );
  });

  test('a token for another audience is the cause', () => {
    const facts = broken((_, spec) => spec.volumes[0].projected.sources[0].serviceAccountToken.audience = 'vault');
    expect(causes(facts)).toEqual(['pod-audience']);
    expect(judgeOf('pod-audience', facts)).toMatchObject({
      summary: 'The token in the pods has the audience vault. It must have the audience sts.amazonaws.com.',
      fix: [
        'kubectl annotate serviceaccount api -n payments --overwrite eks.amazonaws.com/audience=sts.amazonaws.com',
        'kubectl rollout restart deployment/api -n payments',
        'Or set --token-audience=sts.amazonaws.com on the webhook. This affects all pods of the cluster.',
        expect.stringContaining('serviceAccountToken.audience'),
      ],
    });
    const [one] = (facts.pods as any).value;
    const annotated: Facts = {
      ...facts,
      serviceAccount: factsOf({
        serviceAccount: serviceAccount({ [ROLE_KEY]: ROLE, 'eks.amazonaws.com/audience': 'sts.amazonaws.com' }),
      }).serviceAccount,
      pods: { value: [one] },
    };
    expect(judgeOf('pod-audience', annotated)!.fix).toEqual([
      'kubectl rollout restart deployment/api -n payments',
      expect.stringContaining('serviceAccountToken.audience'),
    ]);
  });

  test('a token for the API server is the cause', () => {
    const facts = broken((_, spec) => delete spec.volumes[0].projected.sources[0].serviceAccountToken.audience);
    expect(judgeOf('pod-audience', facts)).toMatchObject({
      summary: 'The token in the pods is for the API server. It must have the audience sts.amazonaws.com.',
    });
  });
});

describe('the file of the token', () => {
  const NON_ROOT = { runAsNonRoot: true };
  const withMode = (defaultMode: number | undefined, securityContext: any, ...containers: any[]) => {
    const one = structuredClone(
      healthyPod({ securityContext, containers: containers.length > 0 ? containers : [main()] }),
    );
    one.spec.volumes[0].projected.defaultMode = defaultMode;
    return withPods(one);
  };

  test.each<[string, Facts]>([
    ['that all may read', withMode(0o644, NON_ROOT)],
    ['with the mode of old API servers left out', withMode(undefined, NON_ROOT)],
    ['of root', withMode(0o400, {})],
    ['of a group', withMode(0o400, { ...NON_ROOT, fsGroup: 65534 })],
    ['of the group root', withMode(0o400, { ...NON_ROOT, fsGroup: 0 })],
    ['of the one user', withMode(0o400, { runAsUser: 1000 })],
    [
      'of the one user of all containers',
      withMode(
        0o400,
        {},
        main({ securityContext: { runAsUser: 1000 } }),
        main({ name: 'b', securityContext: { runAsUser: 1000 } }),
      ),
    ],
  ])('%s can be read', (_, facts) => {
    expect(judgeOf('pod-fs-group', facts)).toMatchObject({ status: 'ok' });
  });

  test.each<[string, Facts, string]>([
    ['of a user that the image names', withMode(0o400, NON_ROOT), '0400'],
    [
      'of two users',
      withMode(
        0o600,
        {},
        main({ securityContext: { runAsUser: 1000 } }),
        main({ name: 'b', securityContext: { runAsUser: 1001 } }),
      ),
      '0600',
    ],
    [
      'of one user and nobody',
      withMode(0o640, {}, main({ securityContext: { runAsUser: 1000 } }), main({ name: 'b' })),
      '0640',
    ],
  ])('%s cannot', (_, facts, mode) => {
    expect(judgeOf('pod-fs-group', facts)).toMatchObject({
      status: 'failed',
      summary: 'Container main of pod api-1 runs as non-root and cannot read the token.',
      evidence: expect.arrayContaining([expect.stringContaining(`defaultMode is ${mode}`)]),
    });
    expect(causes(facts)).toEqual(['pod-fs-group']);
  });
});

describe('other credentials', () => {
  const withEnv = (env: any[], more: any = {}) => factsOf({ pods: [pod({ containers: [main({ env, ...more })] })] });

  test.each<[string, any, string]>([
    ['as a value', { name: 'AWS_ACCESS_KEY_ID', value: 'AKIAIOSFODNN7EXAMPLE' }, 'AWS_ACCESS_KEY_ID'],
    [
      'of a Secret',
      { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'aws', key: 'id' } } },
      'AWS_ACCESS_KEY_ID, from Secret aws',
    ],
    [
      'of a ConfigMap',
      { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { configMapKeyRef: { name: 'aws', key: 'id' } } },
      'AWS_SECRET_ACCESS_KEY, from ConfigMap aws',
    ],
  ])('keys %s are the cause, and not shown', (_, variable, words) => {
    const facts = withEnv([variable]);
    expect(causes(facts)).toEqual(['pod-static-credentials']);
    expect(judgeOf('pod-static-credentials', facts)!.evidence).toEqual([`pod api-1, container main: ${words}`]);
    expect(JSON.stringify(facts)).not.toContain('AKIA');
  });

  test('empty ones are none', () => {
    expect(troubles(withEnv([{ name: 'AWS_ACCESS_KEY_ID', value: '' }]))).toEqual([]);
    // As the API server returns it.
    expect(troubles(withEnv([{ name: 'AWS_ACCESS_KEY_ID' }, { name: 'AWS_PROFILE' }]))).toEqual([]);
  });

  test('a profile may go before', () => {
    expect(judgeOf('pod-static-credentials', withEnv([{ name: 'AWS_PROFILE', value: 'default' }]))).toMatchObject({
      status: 'unknown',
      decisive: true,
      evidence: ['pod api-1, container main: AWS_PROFILE'],
    });
  });

  test.each(['secretKeyRef', 'configMapKeyRef'])('keys of a %s that need not be there may be none', reference => {
    const variable = (optional?: boolean) =>
      ({ name: 'AWS_ACCESS_KEY_ID', valueFrom: { [reference]: { name: 'aws', key: 'id', optional } } });
    expect(judgeOf('pod-static-credentials', withEnv([variable(true)])))
      .toMatchObject({ status: 'unknown', decisive: true });
    expect(judgeOf('pod-static-credentials', withEnv([variable(false)]))).toMatchObject({ status: 'failed' });
  });

  test('a Secret that is taken whole may hold keys', () => {
    expect(
      judgeOf('pod-static-credentials', withEnv([], { envFrom: [{ secretRef: { name: 'aws-credentials' } }] })),
    ).toMatchObject({
      status: 'unknown',
      decisive: true,
      evidence: ['pod api-1, container main: envFrom Secret aws-credentials, which may contain AWS_ACCESS_KEY_ID'],
    });
  });

  test('one whose name does not hint is told: nobody has looked into it', () => {
    const envFrom = [
      { configMapRef: { name: 'settings' } },
      { prefix: 'DB_', secretRef: { name: 'aws' } },
      { prefix: 'AWS_', secretRef: { name: 'app' } },
    ];
    expect(judgeOf('pod-static-credentials', withEnv([], { envFrom }))).toEqual({
      status: 'ok',
      summary: 'No static keys and no profile are set; the contents of Secrets and ConfigMaps are not read.',
      evidence: ['settings', 'app'].map(
        (name, at) =>
          `pod api-1, container main: envFrom ${['ConfigMap', 'Secret'][at]} ${name}, which may contain `
            + 'AWS_ACCESS_KEY_ID',
      ),
    });
    expect(judgeOf('pod-static-credentials', withEnv([]))!.summary).toBe('No static keys and no profile are set.');
  });
});

describe('EKS Pod Identity', () => {
  const ASSOCIATION = { value: [{ id: 'a-1', roleArn: OTHER_ROLE }] };

  test('with another role than the annotation is the cause', () => {
    const facts: Facts = { ...withPods(identityPod()), podIdentities: ASSOCIATION };
    expect(causes(facts)).toEqual(['pod-identity']);
    expect(judgeOf('pod-identity', facts)).toMatchObject({
      summary: `An EKS Pod Identity association takes precedence over the annotation: new pods get role ${OTHER_ROLE}.`,
      evidence: [`${ROLE_KEY}: ${ROLE}`, `association a-1: role ${OTHER_ROLE}`],
      fix: [
        'If the role of the association is right, remove the annotation: kubectl annotate serviceaccount api -n '
          + `payments ${ROLE_KEY}-`,
        'If not, change its role: aws eks update-pod-identity-association --cluster-name blue --association-id a-1 '
          + `--role-arn ${ROLE}`,
        'kubectl rollout restart deployment/api -n payments',
      ],
    });
  });

  test('of a role by which EKS takes another one: that one counts', () => {
    const by = (roleArn: string, targetRoleArn: string): Facts => ({
      ...factsOf(),
      podIdentities: { value: [{ id: 'a-1', roleArn, targetRoleArn }] },
    });
    expect(judgeOf('pod-identity', by(ROLE, OTHER_ROLE))).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining(`new pods get role ${OTHER_ROLE}.`),
      evidence: [expect.anything(), `association a-1: role ${ROLE}, target role ${OTHER_ROLE}`],
    });
    expect(judgeOf('pod-identity', by(OTHER_ROLE, ROLE))).toMatchObject({ status: 'ok' });
  });

  test('of an association that is gone is the cause', () => {
    expect(causes(withPods(identityPod()))).toEqual(['pod-identity']);
    const without = factsOfPods({ serviceAccount: serviceAccount({}) }, [identityPod()]);
    expect(judgeOf('pod-identity', without)).toMatchObject({
      status: 'failed',
      summary: 'The pods have the variables of EKS Pod Identity, but there is no association.',
      fix: [expect.anything(), expect.stringContaining('aws eks create-pod-identity-association --cluster-name blue')],
    });
  });

  test('beside IRSA: the token goes first', () => {
    const both = structuredClone(healthyPod());
    both.spec.containers[0].env.push({ name: CREDENTIALS_URI, value: 'http://169.254.170.23/v1/credentials' });
    const facts: Facts = { ...withPods(both), podIdentities: ASSOCIATION };
    expect(judgeOf('pod-identity', facts)!.evidence).toContain(
      'pod api-1 has the variables of both; most SDKs use AWS_WEB_IDENTITY_TOKEN_FILE first',
    );
  });

  test('that may not be listed is unknown, unless pods tell', () => {
    const podIdentities = { unknown: 'needs eks:ListPodIdentityAssociations' };
    expect(judgeOf('pod-identity', { ...factsOf(), podIdentities })).toMatchObject({
      status: 'unknown',
      summary: 'Needs eks:ListPodIdentityAssociations.',
      decisive: false,
    });
    expect(judgeOf('pod-identity', { ...withPods(identityPod()), podIdentities })).toMatchObject({ status: 'failed' });
    const without = factsOfPods({ serviceAccount: serviceAccount({}) }, [identityPod()]);
    expect(judgeOf('pod-identity', { ...without, podIdentities })).toMatchObject({ status: 'unknown', decisive: true });
  });
});

describe('pods and containers that are left out', () => {
  const SKIP = 'eks.amazonaws.com/skip-containers';

  test('all of them is the cause', () => {
    const facts = factsOf({ pods: [pod({}, { annotations: { [SKIP]: 'main' } })] });
    expect(causes(facts)).toEqual(['pod-skipped']);
    expect(judgeOf('pod-skipped', facts)).toMatchObject({ evidence: [`pod api-1: ${SKIP}: "main" excludes main`] });
  });

  test.each<[string, string[]]>([
    ['"main"', ['main']],
    ['main\n', ['main']],
    ['other, "main"', []],
  ])('the list is CSV, as the webhook reads it: %j', (list, skipped) => {
    expect(causes(factsOf({ pods: [pod({}, { annotations: { [SKIP]: list } })] }))).toEqual(
      skipped.length > 0 ? ['pod-skipped'] : [],
    );
  });

  test('some of them may be meant', () => {
    const facts = factsOf({
      pods: [pod({ containers: [main(), main({ name: 'side' })] }, { annotations: { [SKIP]: 'side' } })],
    });
    expect(troubles(facts)).toEqual(['pod-skipped: unknown']);
  });

  test('by the label is the cause', () => {
    const facts = factsOfPods({ question: POD_QUESTION, webhooks: [webhook({ objectSelector: {} })] }, [
      pod({}, { labels: { 'eks.amazonaws.com/skip-pod-identity-webhook': 'true' } }),
    ]);
    expect(causes(facts)).toEqual(['pod-skipped']);
  });
});

describe('images', () => {
  test.each<[string, boolean]>([
    ['amazon/aws-cli:1.16.231', true],
    ['public.ecr.aws/aws-cli/aws-cli:1.16.100', true],
    ['amazon/aws-cli:1.16.232', false],
    ['amazon/aws-cli:2.31.0', false],
    ['somebody/aws-cli:1.0.0', false],
    ['registry.k8s.io/external-dns/external-dns:v0.5.15', true],
    ['registry.opensource.zalan.do/teapot/external-dns:v0.5.9', true],
    ['bitnami/external-dns:0.5.14-debian-9-r4', true],
    ['registry.k8s.io/external-dns/external-dns:v0.5.16', false],
    ['registry.k8s.io/external-dns/external-dns:v0.14.0', false],
    ['registry.k8s.io/external-dns/external-dns:latest', false],
    ['registry.k8s.io/external-dns/external-dns@sha256:0123', false],
    ['registry:2.8.1', true],
    ['docker.io/library/registry:2.7.0', true],
    ['registry:3.0.0', false],
    ['registry:2', false],
    ['registry.example.com:5000/my-registry:1.0.0', false],
    ['registry.example.com:5000/main:1.0.0', false],
    ['my-external-dns:0.1.0', false],
  ])('%s is too old: %s', (image, isOld) => {
    expect(judgeOf('sdk-version', factsOf({ pods: [pod({ containers: [main({ image })] })] }))!.status).toBe(
      isOld ? 'failed' : 'ok',
    );
  });
});

describe('the webhook', () => {
  const status = (webhooks: Manifest[], pods: Manifest[] = [], more: Partial<Facts> = {}) => {
    const { summary, status: found } = judgeOf('webhook', { ...factsOfPods({ webhooks }, pods), ...more })!;
    return `${found}: ${summary}`;
  };
  const withSelector = (selectors: any) => [webhook(selectors)];

  test('that is there is in order, and its failure policy is told', () => {
    const verdict = judgeOf('webhook', factsOfPods({}, []))!;
    expect(verdict).toMatchObject({
      status: 'ok',
      summary: 'The webhook is configured and selects the pods. No pod shows its effect yet.',
    });
    expect(verdict.evidence).toEqual([
      'pod-identity-webhook/iam-for-pods.amazonaws.com calls https://127.0.0.1:23443/mutate, failurePolicy Ignore; '
        + 'if it fails, pods are created without a role',
    ]);
  });

  test('that works is told', () => {
    expect(status([webhook()], [healthyPod()])).toBe(
      'ok: The webhook works: Pod api-1 has its variables.',
    );
  });

  test('that is not to be seen is unknown without pods, and works where they tell', () => {
    expect(status([])).toMatch(/^unknown: Cannot tell whether the pod identity webhook works/);
    expect(status([], [pod({}, EARLY)])).toMatch(/^unknown/);
    expect(judgeOf('webhook', factsOfPods({ webhooks: [] }, []))).toMatchObject({ decisive: true });
    expect(status([], [healthyPod()])).toBe('ok: The webhook works: it has changed pods.');
    expect(status([], [pod()])).toBe('failed: There is no pod identity webhook, so pods are created without a role.');
    expect(causes(factsOfPods({ webhooks: [] }, [pod()]))).toEqual(['webhook']);
  });

  test('that may not be read is unknown, and works where pods tell', () => {
    const webhooks = { unknown: 'needs list on mutatingwebhookconfigurations.admissionregistration.k8s.io' };
    expect(status([], [], { webhooks })).toBe(
      'unknown: Needs list on mutatingwebhookconfigurations.admissionregistration.k8s.io.',
    );
    expect(status([], [healthyPod()], { webhooks })).toMatch(/^ok/);
  });

  test('of somebody else does not count', () => {
    const other = webhook({ name: 'inject.istio.io' });
    other.metadata.name = 'istio-sidecar-injector';
    expect(status([other])).toMatch(/^unknown/);
  });

  test.each<[string, any]>([
    ['another namespace', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } }],
    ['namespaces with a label', { namespaceSelector: { matchExpressions: [{ key: 'irsa', operator: 'Exists' }] } }],
    [
      'namespaces but this one',
      {
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['payments'] }],
        },
      },
    ],
    ['other pods', { objectSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['other'] }] } }],
    [
      'other objects',
      { rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }] },
    ],
    [
      'other operations',
      { rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods'] }] },
    ],
  ])('that is called for %s is the cause', (_, selectors) => {
    expect(status(withSelector(selectors), [pod()])).toBe(
      'failed: The webhook exists but is not called for pods in namespace payments.',
    );
    expect(causes(factsOfPods({ webhooks: withSelector(selectors) }, [pod()]))).toEqual(['webhook']);
  });

  test.each<[string, any]>([
    ['its label', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'payments' } } }],
    ['no label that it has', { namespaceSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] } }],
    [
      'namespaces without a label',
      { namespaceSelector: { matchExpressions: [{ key: 'irsa', operator: 'NotIn', values: ['off'] }] } },
    ],
    ['everything', { rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }] }],
    [
      'the label of the pods',
      { objectSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['api'] }] } },
    ],
  ])('that is called for %s is in order', (_, selectors) => {
    expect(status(withSelector(selectors), [healthyPod()])).toMatch(/^ok/);
    expect(status(withSelector(selectors), [pod({}, EARLY)])).toMatch(/^ok/);
  });

  const NEWER = { name: 'api-2', creationTimestamp: '2026-01-03T00:01:00Z' };
  const DID_NOTHING = /^failed: The webhook did not change Pod (api-\d), which was created after the annotation/;

  test('that did nothing to a new pod is the cause, however right it looks', () => {
    const facts = withPods(pod());
    expect(causes(facts)).toEqual(['webhook']);
    expect(troubles(facts)).toContain('pod-injected: failed');
    expect(judgeOf('webhook', facts)).toMatchObject({
      summary: 'The webhook did not change Pod api-1, which was created after the annotation: the call failed, or '
        + 'the webhook did not know the annotation yet.',
      evidence: [
        'annotation set at 2026-01-02T00:00:00.000Z',
        'pod api-1 was created at 2026-01-03T00:00:00.000Z, after the annotation, but has none of the variables',
        expect.stringContaining('failurePolicy Ignore; if it fails, pods are created without a role'),
      ],
      fix: [
        'Test the webhook with a dry run: kubectl run irsa-test -n payments --image=registry.k8s.io/pause '
          + '--dry-run=server -o yaml --labels=app=api --overrides=\'{"spec":{"serviceAccountName":"api"}}\' | grep '
          + 'AWS_ROLE_ARN',
        'If that prints AWS_ROLE_ARN, the webhook works now: kubectl rollout restart deployment/api -n payments',
        'If it prints nothing, a restart does not help. Check these possible causes in turn:',
        expect.stringContaining('/aws/eks/blue/cluster --log-stream-name-prefix kube-apiserver- --filter-pattern '
          + '\'"failed calling webhook"\''),
        expect.stringContaining('its certificate is not valid for 127.0.0.1'),
        expect.stringContaining('kubectl get mutatingwebhookconfiguration pod-identity-webhook -o yaml'),
        expect.stringContaining('reinvocationPolicy'),
      ],
    });
  });

  test('of the cluster\'s own: its pods, its flags and the name of its certificate are told too', () => {
    const clientConfig = { service: { namespace: 'irsa', name: 'webhook' }, caBundle: 'Q0E=' };
    const fixOf = (failurePolicy: string) =>
      judgeOf('webhook', factsOfPods({ webhooks: [webhook({ clientConfig, failurePolicy })] }, [pod()]))!.fix!;
    expect(fixOf('Ignore').slice(3)).toEqual([
      '- it is not running: kubectl get pods -n irsa; kubectl logs -n irsa deployment/webhook',
      expect.stringContaining('failed calling webhook'),
      '- its certificate is not valid for webhook.irsa.svc: look for "x509" in that log',
      '- its --annotation-prefix is not eks.amazonaws.com: kubectl get deployment webhook -n irsa -o yaml | grep '
        + 'annotation-prefix',
      expect.stringContaining('matchConditions'),
      expect.stringContaining('reinvocationPolicy'),
    ]);
    // A failed call would have been an error.
    expect(fixOf('Fail').join()).not.toContain('failed calling webhook');
  });

  test('a newer pod without variables outweighs an older one with them, and the other way around', () => {
    expect(status([webhook()], [healthyPod(), pod({}, NEWER)])).toMatch(DID_NOTHING);
    expect(status([], [healthyPod(), pod({}, NEWER)])).toMatch(/^failed: There is no pod identity webhook/);
    expect(status([], [healthyPod(), pod({}, NEWER)], { webhooks: { unknown: 'no' } })).toMatch(DID_NOTHING);
    const mended = withPods(pod(), healthyPod({}, NEWER));
    expect(judgeOf('webhook', mended)).toMatchObject({ status: 'ok' });
    expect(causes(mended)).toEqual(['pod-injected']);
    expect(judgeOf('pod-injected', mended)!.fix).toEqual(['kubectl rollout restart deployment/api -n payments']);
  });

  test('a pod of the same second may have come too early', () => {
    const facts = withPods(pod({}, { creationTimestamp: '2026-01-02T00:00:00Z' }));
    expect(causes(facts)).toEqual(['webhook']);
    expect(judgeOf('webhook', facts)!.evidence).toContain(
      'if the annotation was less than a minute old, the webhook may not have known it yet',
    );
  });

  test('whose conditions may leave a new pod out is the cause too', () => {
    const conditions = { matchConditions: [{ name: 'a', expression: 'false' }] };
    expect(status(withSelector(conditions), [pod()])).toMatch(DID_NOTHING);
  });

  test('that leaves out one of two pods is the cause', () => {
    const selectors = { objectSelector: { matchLabels: { app: 'api' } } };
    const other = pod({}, { name: 'api-2', labels: { app: 'other' } });
    const facts = factsOfPods({ webhooks: withSelector(selectors) }, [healthyPod(), other]);
    expect(causes(facts)).toEqual(['webhook']);
    expect(judgeOf('webhook', facts)!.evidence).toContain('its objectSelector excludes pod api-2');
  });

  test('of pods that the label of EKS leaves out is not the cause', () => {
    const labels = { 'eks.amazonaws.com/skip-pod-identity-webhook': 'true' };
    expect(causes(withPods(pod({}, { labels })))).toEqual(['pod-skipped']);
  });

  test('cannot be judged if nobody knows when the annotation was set', () => {
    const account = serviceAccount();
    delete account.metadata.managedFields;
    expect(judgeOf('webhook', factsOfPods({ serviceAccount: account }, [pod()]))).toMatchObject({
      status: 'unknown',
      summary: 'Cannot tell whether the webhook works: Pod api-1 may be older than the annotation.',
    });
  });

  test('that leaves out pods which bring role and token themselves, or is not there, does no harm to them', () => {
    const one = structuredClone(healthyPod({}, { labels: { 'eks.amazonaws.com/skip-pod-identity-webhook': 'true' } }));
    one.spec.volumes[0].name = one.spec.containers[0].volumeMounts[0].name = 'token';
    for (const webhooks of [[webhook()], []]) expect(troubles(factsOfPods({ webhooks }, [one]))).toEqual([]);
  });

  test('that is called for pods with labels is unknown without pods', () => {
    expect(status(withSelector({ objectSelector: { matchLabels: { irsa: 'true' } } }))).toBe(
      'unknown: Cannot tell whether the webhook is called for the pods: its objectSelector selects pods by labels, and '
        + 'there are no pods.',
    );
  });

  test('that is called for some namespaces is unknown where their labels are', () => {
    const [{ webhooks: [one] }] = withSelector({ namespaceSelector: { matchLabels: { irsa: 'true' } } });
    expect(webhookOf(webhook(), one, { pods: [] }).selects).toBe(
      'its namespaceSelector selects labels that could not be read',
    );
    expect(webhookOf(webhook(), webhook().webhooks[0], { pods: [] }).selects).toBe(true);
  });

  test('with conditions is unknown', () => {
    expect(status(withSelector({ matchConditions: [{ name: 'a', expression: 'false' }] }))).toMatch(
      /^unknown: .*matchConditions/,
    );
  });

  test('that nobody can trust is the cause', () => {
    const service = { service: { namespace: 'default', name: 'pod-identity-webhook', path: '/mutate' } };
    expect(status(withSelector({ clientConfig: service }), [pod()])).toMatch(/^failed: The webhook has no caBundle/);
    expect(status(withSelector({ clientConfig: { url: 'https://127.0.0.1:23443/mutate' } }))).toMatch(/^failed/);
    expect(status(withSelector({ clientConfig: { url: 'https://webhook.example.com/mutate' } }))).toMatch(/^ok/);
    expect(status(withSelector({ clientConfig: { url: 'https://webhook.default.svc:443/mutate' } })))
      .toMatch(/^failed/);
    expect(status(withSelector({ clientConfig: { ...service, caBundle: 'Q0E=' } }))).toMatch(/^ok/);
  });
});

test('two breaks: the earlier one is the cause', () => {
  const facts = factsOfPods({ question: QUESTION, serviceAccount: serviceAccount({ [ROLE_KEY]: `${ROLE} ` }) }, [
    pod({}, EARLY),
  ]);
  expect(causes(facts)).toEqual(['role-annotation']);
});
