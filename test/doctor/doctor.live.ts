/**
 * `cdk-irsa doctor`, as npm installs it: healthy; then one thing is broken after the other, as the articles about IRSA
 * list them, and it is named.
 */
import { CreatePodIdentityAssociationCommand, DeletePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CLUSTER, ISSUER, Ran, World } from './world';
import { webIdentityTrust } from '../deploy/harness';
import { Manifest } from '../judges/kubernetes';

const ROLE_KEY = 'eks.amazonaws.com/role-arn';
const BUCKET = 'arn:aws:s3:::invoices-111122223333';
const READER = ['--cluster', CLUSTER, '--namespace', 'invoices', '--service-account', 'reader'];
const ACTION = ['--action', 's3:GetObject', '--resource', `${BUCKET}/2026.pdf`];

let world: World;

beforeAll(async () => {
  world = await World.make();
  await world.renewPod();
}, 300_000);

afterAll(() => world?.stop());

interface Diagnosis {
  readonly outcome: string;
  readonly diagnosis: string | null;
  readonly consequences: string[];
  readonly others: string[];
  readonly unknowns: string[];
  readonly checks: {
    readonly id: string;
    readonly status: string;
    readonly summary: string;
    readonly evidence: string[];
    readonly fix: string[];
  }[];
}

async function diagnosed(...more: string[]): Promise<Diagnosis> {
  const { code, stdout, stderr } = await world.doctor([...READER, '--format', 'json', ...more]);
  expect(stderr).toBe('');
  const diagnosis: Diagnosis = JSON.parse(stdout);
  expect({ outcome: diagnosis.outcome, code }).toEqual({
    outcome: diagnosis.outcome,
    code: { healthy: 0, unhealthy: 1, unknown: 2 }[diagnosis.outcome],
  });
  return diagnosis;
}

/** No secret of anybody stands in what was written. */
function expectNoSecrets({ stdout, stderr }: Ran): void {
  for (const secret of [
    ...world.sts.tokens,
    'secret-of-the-caller',
    ...world.sts.credentials,
    world.server.adminToken,
  ]) {
    expect(stdout + stderr).not.toContain(secret);
  }
  expect(stdout + stderr).not.toMatch(/eyJ[\w-]{20}/);
}

describe('a healthy set-up', () => {
  test('is healthy, and the whole way of the token is shown', async () => {
    const ran = await world.doctor([...READER, ...ACTION, '--assume']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^invoices\/reader in cluster production \(eu-west-1\)\n\nHealthy: /);
    expect(ran.stdout).not.toMatch(/^ {2}failed/m);
    expectNoSecrets(ran);
    expect(world.sts.tokens.length).toBeGreaterThan(0);
  });

  test('as JSON, every link that decides is ok', async () => {
    const { checks, outcome, diagnosis, consequences, others } = await diagnosed(...ACTION, '--assume');
    expect({ outcome, diagnosis, consequences, others }).toEqual({
      outcome: 'healthy',
      diagnosis: null,
      consequences: [],
      others: [],
    });
    const ok = checks.filter(({ status }) => status === 'ok').map(({ id }) => id);
    for (const id of [
      'cluster-exists',
      'cluster-issuer',
      'provider-exists',
      'provider-audience',
      'namespace-exists',
      'service-account-exists',
      'role-annotation',
      'role-exists',
      'trust',
      'policies',
      'action',
      'webhook',
      'pod-injected',
      'assume',
    ]) {
      expect(ok).toContain(id);
    }
  });

  test('changes nothing', async () => {
    const before = await world.server.document('/api/v1/namespaces/invoices/serviceaccounts/reader');
    await world.doctor([...READER, ...ACTION]);
    expect(await world.server.document('/api/v1/namespaces/invoices/serviceaccounts/reader')).toEqual(before);
  });

  test('fits into 80 columns, but for what is to be copied', async () => {
    const { stdout } = await world.doctor([...READER, ...ACTION, '--assume']);
    expect(
      stdout
        .split('\n')
        .filter(line => line.length > 80 && /\s\S/.test(line.trim().slice(0, 70)) && !/arn:|https?:|oidc\./.test(line)),
    ).toEqual([]);
  });
});

interface Break {
  readonly make: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}

const provider = () => `arn:aws:iam::${world.account.id}:oidc-provider/${ISSUER}`;
const roleName = () => world.roleArn('reader').split('/').pop()!;
const goodTrust = () => webIdentityTrust(world.account.id, ISSUER, ['system:serviceaccount:invoices:reader']);
const setTrust = (document: any) =>
  world.account.iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: roleName(), PolicyDocument: JSON.stringify(document) }),
  );
const trustWith = (change: (statement: any) => void): Break => ({
  make: () => {
    const document = goodTrust();
    change(document.Statement[0]);
    return setTrust(document);
  },
  mend: () => setTrust(goodTrust()),
});
const annotated = (change: (annotations: Record<string, string>) => void): Break => ({
  make: async () => {
    const changed: Manifest = structuredClone(world.serviceAccount('reader'));
    change(changed.metadata.annotations);
    await world.apply(changed);
    await later();
    await world.renewPod();
  },
  mend: async () => {
    await world.apply(world.serviceAccount('reader'));
    await later();
    await world.renewPod();
  },
});
const podWith = (change: (pod: Manifest) => void): Break => ({
  make: () => world.renewPod(pod => {
    change(pod);
    return pod;
  }),
  mend: () => world.renewPod(),
});
/** The times of Kubernetes are whole seconds. */
const later = () => new Promise(waited => setTimeout(waited, 1100));

const policies = async () => {
  const { PolicyNames = [] } = await world.account.iam.send(new ListRolePoliciesCommand({ RoleName: roleName() }));
  return Promise.all(PolicyNames.map(async PolicyName => {
    const { PolicyDocument } = await world.account.iam.send(
      new GetRolePolicyCommand({ RoleName: roleName(), PolicyName }),
    );
    return { PolicyName, PolicyDocument: decodeURIComponent(PolicyDocument!) };
  }));
};
let kept: { PolicyName: string; PolicyDocument: string }[] = [];
const putBack = () =>
  Promise.all(
    kept.map(policy => world.account.iam.send(new PutRolePolicyCommand({ RoleName: roleName(), ...policy }))),
  );
const takeAway = async () => {
  kept = await policies();
  for (const { PolicyName } of kept) {
    await world.account.iam.send(new DeleteRolePolicyCommand({ RoleName: roleName(), PolicyName }));
  }
};

const NO_PROVIDER: Break = {
  make: () => world.account.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: provider() })),
  mend: () =>
    world.account.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: ['sts.amazonaws.com'] }),
    ),
};
const renewProvider = async (clientId: string) => {
  await NO_PROVIDER.make();
  await world.account.iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: [clientId] }),
  );
};
const STATIC_KEYS = podWith(({ spec: { containers: [container] } }) => {
  container.env = [
    { name: 'AWS_ACCESS_KEY_ID', value: 'AKIASECRETSECRETSECR' },
    { name: 'AWS_SECRET_ACCESS_KEY', value: 'secret-of-the-pod' },
  ];
});
const NO_ANNOTATION = annotated(annotations => delete annotations[ROLE_KEY]);
const TWO_ROLES = annotated(
  annotations => (annotations['amazonaws.com/role-arn'] = 'arn:aws:iam::111122223333:role/other'),
);
const WRONG_NAMESPACE = trustWith(({ Condition }) => {
  Condition.StringEquals[`${ISSUER}:sub`] = 'system:serviceaccount:default:reader';
});

let association: string;

const BREAKS: [what: string, broken: Break, diagnosis: string, summary: RegExp, options?: string[]][] = [
  ['the provider is missing', NO_PROVIDER, 'provider-exists', /no IAM OIDC provider/],
  [
    'the provider does not know the audience',
    { make: () => renewProvider('another'), mend: () => renewProvider('sts.amazonaws.com') },
    'provider-audience',
    /sts\.amazonaws\.com/,
  ],
  ['the service account is not annotated', NO_ANNOTATION, 'role-annotation', /names no role/],
  [
    'the annotation has a blank',
    annotated(annotations => (annotations[ROLE_KEY] += ' ')),
    'role-annotation',
    /blank|space/i,
  ],
  [
    'the annotation has quotes',
    annotated(annotations => (annotations[ROLE_KEY] = `"${annotations[ROLE_KEY]}"`)),
    'role-annotation',
    /quot/i,
  ],
  [
    'the annotation names a role that is gone',
    annotated(annotations => (annotations[ROLE_KEY] += '-gone')),
    'role-exists',
    /does not exist/,
  ],
  [
    'the annotation has another path',
    annotated(annotations => (annotations[ROLE_KEY] = annotations[ROLE_KEY].replace(':role/', ':role/team/'))),
    'role-exists',
    /path/,
  ],
  ['the trust policy has another namespace', WRONG_NAMESPACE, 'trust', /namespace/],
  [
    'the trust policy has another service account',
    trustWith(({ Condition }) => {
      Condition.StringEquals[`${ISSUER}:sub`] = 'system:serviceaccount:invoices:writer';
    }),
    'trust',
    /service account/,
  ],
  [
    '`https://` stands in the key',
    trustWith(({ Condition }) => {
      Condition.StringEquals = { [`https://${ISSUER}:sub`]: 'system:serviceaccount:invoices:reader' };
    }),
    'trust',
    /https:\/\//,
  ],
  [
    'a wildcard stands under StringEquals',
    trustWith(({ Condition }) => {
      Condition.StringEquals[`${ISSUER}:sub`] = 'system:serviceaccount:invoices:*';
    }),
    'trust',
    /StringLike/,
  ],
  [
    'the trust policy has the issuer of another cluster',
    {
      make: () =>
        setTrust(
          webIdentityTrust(world.account.id, ISSUER.replace('EXAMPLED', '0THER000'), [
            'system:serviceaccount:invoices:reader',
          ]),
        ),
      mend: () => setTrust(goodTrust()),
    },
    'trust',
    /another cluster/,
  ],
  [
    'the trust policy has the provider of another account',
    trustWith(statement => {
      statement.Principal.Federated = statement.Principal.Federated.replace('111122223333', '444455556666');
    }),
    'trust',
    /principal|account/i,
  ],
  [
    'the trust policy wants another audience',
    trustWith(({ Condition }) => {
      Condition.StringEquals[`${ISSUER}:aud`] = 'api.example.com';
    }),
    'trust',
    /aud/,
  ],
  [
    'a Deny keeps it out',
    {
      make: () => {
        const document = goodTrust();
        document.Statement.push({ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' });
        return setTrust(document);
      },
      mend: () => setTrust(goodTrust()),
    },
    'trust',
    /Deny/,
  ],
  ['the role has no policies', { make: takeAway, mend: putBack }, 'policies', /polic/i],
  [
    'the policy does not allow the action',
    { make: async () => undefined, mend: async () => undefined },
    'action',
    /s3:DeleteObject/,
    ['--action', 's3:DeleteObject', '--resource', `${BUCKET}/2026.pdf`],
  ],
  [
    'the policy is about another bucket',
    { make: async () => undefined, mend: async () => undefined },
    'action',
    /another/,
    ['--action', 's3:GetObject', '--resource', 'arn:aws:s3:::another/2026.pdf'],
  ],
  [
    'the pod uses another service account',
    podWith(({ spec }) => {
      spec.serviceAccountName = 'writer';
    }),
    'pod-service-account',
    /writer/,
    ['--pod', 'reader'],
  ],
  [
    'the pod is older than the annotation',
    {
      make: async () => {
        await NO_ANNOTATION.make();
        await world.renewPod();
        await later();
        await world.apply(world.serviceAccount('reader'));
      },
      mend: () => world.renewPod(),
    },
    'pod-after-annotation',
    /before/,
  ],
  [
    'there is no webhook',
    {
      make: async () => {
        await world.server.remove(world.webhook.configuration());
        await later();
        await world.renewPod();
      },
      mend: async () => {
        await world.server.apply(world.webhook.configuration());
        await later();
        await world.renewPod();
      },
    },
    'webhook',
    /no pod identity webhook/,
  ],
  [
    'the container is skipped',
    podWith(({ metadata }) => {
      metadata.annotations = { 'eks.amazonaws.com/skip-containers': 'reader' };
    }),
    'pod-skipped',
    /skip/,
  ],
  ['static keys win', STATIC_KEYS, 'pod-static-credentials', /AWS_ACCESS_KEY_ID/],
  [
    'the image has an SDK that is too old',
    podWith(
      ({
        spec: {
          containers: [container],
        },
      }) => {
        container.image = 'registry.k8s.io/external-dns/external-dns:v0.5.14';
      },
    ),
    'sdk-version',
    /external-dns/,
  ],
];

/** What is wrong, and keeps the role from nobody. */
const HARMLESS: [what: string, broken: Break, id: string, outcome: string][] = [
  [
    'the expiration is no number',
    annotated(annotations => (annotations['eks.amazonaws.com/token-expiration'] = '1h')),
    'annotation-values',
    'healthy',
  ],
  [
    'a second annotation names another role, and no pod tells which one counts',
    {
      make: async () => {
        await TWO_ROLES.make();
        await world.server.remove(world.manifests.find(({ kind }) => kind === 'Pod')!);
      },
      mend: () => TWO_ROLES.mend(),
    },
    'annotation-duplicates',
    'unknown',
  ],
];

test.each(HARMLESS)('%s', async (_, { make, mend }, id, outcome) => {
  await make();
  const found = await diagnosed();
  await mend();
  expect({ outcome: found.outcome, diagnosis: found.diagnosis, others: found.others })
    .toEqual({ outcome, diagnosis: null, others: [id] });
});

describe('one break', () => {
  test.each(BREAKS)('%s', async (_, { make, mend }, id, summary, options = []) => {
    await make();
    try {
      const found = await diagnosed(...options);
      expect({ diagnosis: found.diagnosis, others: found.others }).toEqual({ diagnosis: id, others: [] });
      const check = found.checks.find(one => one.id === id)!;
      expect(check).toMatchObject({ status: 'failed', summary: expect.stringMatching(summary) });
      expect(check.evidence.length + check.fix.length).toBeGreaterThan(0);
    } finally {
      await mend();
    }
    expect((await diagnosed()).outcome).toBe('healthy');
  });

  test('an association of EKS Pod Identity has another role', async () => {
    const { association: made } = await world.account.eks.send(
      new CreatePodIdentityAssociationCommand({
        clusterName: CLUSTER,
        namespace: 'invoices',
        serviceAccount: 'reader',
        roleArn: `arn:aws:iam::${world.account.id}:role/pods`,
      }),
    );
    association = made!.associationId!;
    const { checks } = await diagnosed();
    await world.account.eks.send(
      new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId: association }),
    );
    expect(checks.find(({ id }) => id === 'pod-identity')).toMatchObject({
      summary: expect.stringMatching(/Pod Identity/),
    });
  });

  test('a token that STS refuses is the definitive answer, and CloudTrail tells it', async () => {
    const { make, mend } = WRONG_NAMESPACE;
    await make();
    const found = await diagnosed('--assume');
    const again = await diagnosed();
    await mend();
    const mended = await diagnosed('--assume');
    expect(found).toMatchObject({ diagnosis: 'trust', consequences: expect.arrayContaining(['assume']) });
    expect(found.checks.find(({ id }) => id === 'assume')).toMatchObject({
      status: 'failed',
      evidence: expect.arrayContaining([expect.stringContaining('AccessDenied')]),
    });
    expect(again.checks.find(({ id }) => id === 'cloudtrail')).toMatchObject({
      status: 'unknown',
      summary: expect.stringMatching(/AccessDenied/),
    });
    expect(mended.outcome).toBe('healthy');
    world.sts.events.length = 0;
  });
});

describe('two breaks: the earlier one is named', () => {
  test.each<[string, Break, Break, string, string]>([
    ['no provider, and static keys', NO_PROVIDER, STATIC_KEYS, 'provider-exists', 'pod-static-credentials'],
    [
      'another namespace in the trust policy, and static keys',
      WRONG_NAMESPACE,
      STATIC_KEYS,
      'trust',
      'pod-static-credentials',
    ],
    [
      'no provider, and another namespace in the trust policy',
      NO_PROVIDER,
      WRONG_NAMESPACE,
      'provider-exists',
      'trust',
    ],
  ])('%s', async (_, first, second, earlier, other) => {
    await first.make();
    await second.make();
    const { diagnosis, others, consequences } = await diagnosed();
    await second.mend();
    await first.mend();
    expect(diagnosis).toBe(earlier);
    expect([...others, ...consequences]).toContain(other);
  });

  test('what follows is no finding of its own', async () => {
    await NO_ANNOTATION.make();
    await world.renewPod();
    const { diagnosis, others } = await diagnosed('--assume');
    await NO_ANNOTATION.mend();
    expect({ diagnosis, others }).toEqual({ diagnosis: 'role-annotation', others: [] });
  });
});

describe('what cannot be looked at', () => {
  const said = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const ran = await world.doctor(args, env);
    expectNoSecrets(ran);
    return ran;
  };

  test('a cluster that is not there', async () => {
    const ran = await said(['--cluster', 'productoin', ...READER.slice(2)]);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/production/);
  });

  test('a context that is not there', async () => {
    expect(await said([...READER, '--context', 'staging'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'The kubeconfig has no context "staging"; its contexts are: production.\n',
    });
  });

  test('a kubeconfig of another cluster', async () => {
    const file = world.kubeConfig('other', undefined, 'https://127.0.0.1:1');
    const { code, stdout, stderr } = await said(READER, { KUBECONFIG: file });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Context other of the kubeconfig does not point to cluster production: /);
  });

  test('a profile that is not there', async () => {
    const { code, stdout, stderr } = await said([...READER, '--profile', 'nobody']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/nobody/);
  });

  test('an API server that does not know who asks', async () => {
    const { code, stdout } = await said(READER, { KUBECONFIG: world.kubeConfig('stranger', 'not-a-token-of-anybody') });
    expect(code).toBe(2);
    expect(stdout).toMatch(/credentials of context stranger\s+\(401\): they are\s+wrong or\s+expired/);
  });

  test('AWS that is not there', async () => {
    const { code, stderr } = await said(READER, {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_CLOUDTRAIL: 'http://127.0.0.1:1',
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/refused/);
  });
});

describe('the smoke test of the example', () => {
  const smokeTest = () =>
    world.run([require.resolve('tsx/cli'), 'smoke-test.ts', CLUSTER], { SMOKE_TEST_ATTEMPTS: '1' });

  test('passes after the deployment', async () => {
    expect(await smokeTest()).toEqual({
      code: 0,
      stdout: 'healthy    invoices/reader\nno pods    invoices/writer\n',
      stderr: '',
    });
  });

  test('fails where one is broken, and says why', async () => {
    await WRONG_NAMESPACE.make();
    const { code, stdout } = await smokeTest();
    await WRONG_NAMESPACE.mend();
    world.sts.events.length = 0;
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^unhealthy {2}invoices\/reader\n {11}The trust policy does not allow system:serviceaccount:invoices:reader to/m,
    );
    expect(stdout).toMatch(/^no pods {4}invoices\/writer$/m);
  });
});

describe('--all', () => {
  const ALL = ['--cluster', CLUSTER, '--all'];

  test('a healthy cluster', async () => {
    const { code, stdout, stderr } = await world.doctor(ALL);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' }); // no pod uses invoices/writer
    expect(stdout).toMatch(/^ok +invoices\/reader +invoices-reader-\w+$/m);
    expect(stdout).toMatch(/^2 service accounts with a role \(of \d+\): 1 ok, 0 failed, 1\s+unknown\./m);
  });

  test('roles and service accounts that are gone', async () => {
    await world.account.iam.send(
      new CreateRoleCommand({
        RoleName: 'left-over',
        AssumeRolePolicyDocument: JSON.stringify(
          webIdentityTrust(world.account.id, ISSUER, ['system:serviceaccount:invoices:old']),
        ),
      }),
    );
    const broken = annotated(annotations => annotations[ROLE_KEY] += '-gone');
    await broken.make();
    const { code, stdout } = await world.doctor([...ALL, '--namespace', 'invoices', '--format', 'json']);
    await broken.mend();
    await world.account.iam.send(new DeleteRoleCommand({ RoleName: 'left-over' }));
    const { outcome, serviceAccounts, leftoverRoles } = JSON.parse(stdout);
    expect({ code, outcome }).toEqual({ code: 1, outcome: 'unhealthy' });
    expect(serviceAccounts.map(({ serviceAccount, status, reason }: any) => [serviceAccount, status, reason])).toEqual([
      ['reader', 'failed', 'the role does not exist'],
      ['writer', 'unknown', expect.stringMatching(/^No pod uses invoices\/writer/)],
    ]);
    expect(leftoverRoles).toContainEqual({
      role: `arn:aws:iam::${world.account.id}:role/left-over`,
      missing: ['invoices/old'],
      used: false,
    });
  });

  test('1,000 service accounts: in bounded time, and in little memory', async () => {
    await world.server.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'many' } });
    for (let batch = 0; batch < 1000; batch += 50) {
      await Promise.all(Array.from({ length: 50 }, async (_, index) => {
        const name = `app-${batch + index}`;
        const { Role } = await world.account.iam.send(
          new CreateRoleCommand({
            RoleName: `many-${name}`,
            AssumeRolePolicyDocument: JSON.stringify(
              webIdentityTrust(world.account.id, ISSUER, [`system:serviceaccount:many:${name}`]),
            ),
          }),
        );
        await world.server.apply({
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { namespace: 'many', name, annotations: { [ROLE_KEY]: Role!.Arn! } },
        });
      }));
    }
    const start = Date.now();
    const { code, stdout } = await world.doctor([...ALL, '--namespace', 'many'], {}, ['--max-old-space-size=64']);
    expect(Date.now() - start).toBeLessThan(60_000);
    expect({ code, summary: stdout.trim().split('\n\n').pop()!.replace(/\s+/g, ' ') }).toEqual({
      code: 2, // none has a pod
      summary: expect.stringMatching(
        /^1000 service accounts with a role \(of 1000\): 0 ok, 0 failed, 1000 unknown\. 0 roles/,
      ),
    });
  });
});
