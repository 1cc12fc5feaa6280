import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import {
  App,
  Aws,
  CfnOutput,
  CfnParameter,
  CfnResource,
  CustomResource,
  Fn,
  NestedStack,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eksV2 from 'aws-cdk-lib/aws-eks-v2';
import {
  AccountPrincipal,
  AnyPrincipal,
  CfnRole,
  FederatedPrincipal,
  Role,
  ServicePrincipal,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam';
import * as cdk8s from 'cdk8s';
import { Construct } from 'constructs';
import { letsIn, letsPodIn } from './judges/iam-simulator';
import {
  ACCOUNT,
  agnosticStack,
  cluster,
  deferredProvider,
  ISSUER,
  ISSUER_URL,
  literalProvider,
  literalStack,
  PROVIDER_ARN,
  REGION,
  serviceAccount,
} from './support';
import {
  ClusterOidcProvider,
  IrsaAssertions,
  IrsaRole,
  KubernetesManifests,
  PodIdentityServiceAccount,
  ServiceAccountSubject,
  TrustPolicy,
} from '../src';

const folder = mkdtempSync(join(tmpdir(), 'assertions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SUB = `${ISSUER}:sub`;
const AUD = `${ISSUER}:aud`;
const OTHER_ISSUER = ISSUER.replace('D539', 'D540');
const API = { namespace: 'payments', serviceAccount: 'api' };

/** A role with one hand-written statement, called `payments`. */
function handWritten(statement: any, stack = literalStack()): Stack {
  new CfnRole(stack, 'Role', {
    roleName: 'payments',
    assumeRolePolicyDocument: { Version: '2012-10-17', Statement: statement },
  });
  return stack;
}

function webIdentity(condition: any, federated: any = PROVIDER_ARN): any {
  return {
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: federated },
    Condition: condition,
  };
}

const PLAIN = webIdentity({
  StringEquals: { [SUB]: 'system:serviceaccount:payments:api', [AUD]: 'sts.amazonaws.com' },
});
const PLAIN_TEXT = JSON.stringify(PLAIN);

function failure(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it holds';
}

describe('allows and denies', () => {
  const irsa = () => IrsaAssertions.fromStack(handWritten(PLAIN));

  test.each<[string, any]>([
    ['its name', { role: 'payments' }],
    ['its ARN', { role: `arn:aws:iam::${ACCOUNT}:role/payments` }],
    ['its construct path', { role: 'Stack/Role' }],
    ['a pattern of its name', { roleMatching: '^pay' }],
    ['a pattern of its ARN', { roleMatching: ':role/payments$' }],
    ['a pattern of its path', { roleMatching: '^Stack/' }],
    ['the issuer', { role: 'payments', issuer: ISSUER }],
    ['the issuer with its scheme', { role: 'payments', issuer: ISSUER_URL }],
    ['the audience', { role: 'payments', audience: 'sts.amazonaws.com' }],
  ])('a role is found by %s', (_, selection) => {
    irsa().allows({ ...API, ...selection });
    expect(failure(() => irsa().denies({ ...API, ...selection }))).toMatch(
      / can assume payments \(Stack\/Role\): statement 0 of its trust policy allows it\.\n/,
    );
    irsa().denies({ ...API, ...selection, serviceAccount: 'web' });
  });

  test.each<[string, any, string]>([
    [
      'the namespace',
      { namespace: 'payment' },
      'payment/api cannot assume payments (Stack/Role): `sub` differs: got payment, trusted payments (the namespace; '
        + 'the service account api matches).',
    ],
    [
      'the name',
      { serviceAccount: 'web' },
      'payments/web cannot assume payments (Stack/Role): `sub` differs: got web, trusted api (the service account; '
        + 'the namespace payments matches).',
    ],
    [
      'the audience',
      { audience: 'vault' },
      'payments/api with the audience vault cannot assume payments (Stack/Role): `aud` differs: got vault, trusted '
        + 'sts.amazonaws.com.',
    ],
    [
      'the issuer',
      { issuer: OTHER_ISSUER },
      `payments/api of ${OTHER_ISSUER} cannot assume payments (Stack/Role): principal differs: got `
        + `${PROVIDER_ARN.replace(ISSUER, OTHER_ISSUER)}, trusted ${PROVIDER_ARN}.`,
    ],
  ])('a failure shows that %s differs, and the nearest statement', (_, access, message) => {
    expect(failure(() => irsa().allows({ ...API, role: 'payments', ...access }))).toBe(
      `${message}\n  Nearest statement 0: ${PLAIN_TEXT}`,
    );
    irsa().denies({ ...API, role: 'payments', ...access });
  });

  test('a failure of denies shows the statement that lets in', () => {
    expect(failure(() => irsa().denies({ ...API, role: 'payments' }))).toBe(
      'payments/api can assume payments (Stack/Role): statement 0 of its trust policy allows it.\n  Statement 0: '
        + `${PLAIN_TEXT}`,
    );
  });

  test('without an audience, denies is about all of them: a pod has a token for any', () => {
    for (const [condition, audience] of [
      [{ StringEquals: { [AUD]: 'vault' } }, 'vault'],
      [{ StringLike: { [AUD]: 'vault-*' } }, 'vault-x'],
    ] as const) {
      const other = IrsaAssertions.fromStack(
        handWritten([
          webIdentity({
            ...condition,
            StringEquals: { ...(condition as any).StringEquals, [SUB]: 'system:serviceaccount:payments:api' },
          }),
        ]),
      );
      expect(failure(() => other.denies({ ...API, role: 'payments' }))).toMatch(
        new RegExp(`^payments/api with the audience ${audience} can assume payments`),
      );
      other.denies({ ...API, role: 'payments', audience: 'sts.amazonaws.com' });
      other.denies({ ...API, role: 'payments', serviceAccount: 'web' });
    }
  });

  test('a Deny decides', () => {
    const deny = { ...PLAIN, Effect: 'Deny' };
    const denied = IrsaAssertions.fromStack(handWritten([PLAIN, deny]));
    denied.denies({ ...API, role: 'payments' });
    expect(failure(() => denied.allows({ ...API, role: 'payments' }))).toBe(
      'payments/api cannot assume payments (Stack/Role): statement 1 of the trust policy denies it.\n  Statement 1: '
        + `${JSON.stringify(deny)}`,
    );
  });

  test('a long statement is cut', () => {
    const statement = webIdentity({
      StringEquals: {
        [AUD]: 'sts.amazonaws.com',
        [SUB]: Array.from({ length: 30 }, (_, index) => `system:serviceaccount:payments:api-${index}`),
      },
    });
    const text = JSON.stringify(statement);
    expect(
      failure(() => IrsaAssertions.fromStack(handWritten(statement)).allows({ ...API, role: 'payments' })),
    ).toMatch(
      new RegExp(
        `\n  Nearest statement 0: ${text.slice(0, 600).replace(/[[\](){}.*?/$^|\\]/g, '\\$&')}… \\(${text.length} `
          + 'characters\\)$',
      ),
    );
  });

  test('a role that trusts neither says so', () => {
    const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } };
    const lambda = IrsaAssertions.fromStack(handWritten(statement));
    lambda.denies({ ...API, role: 'payments' });
    expect(failure(() => lambda.allows({ ...API, role: 'payments' }))).toBe(
      'payments/api cannot assume payments (Stack/Role): the trust policy has neither an OIDC provider nor '
        + 'EKS Pod Identity.\n  '
        + `Trust policy: [${JSON.stringify(statement)}]`,
    );
  });

  test('every role that matches is asked', () => {
    const stack = handWritten(PLAIN);
    new Role(stack, 'Other', { roleName: 'payments-other', assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const both = IrsaAssertions.fromStack(stack);
    expect(failure(() => both.allows({ ...API, roleMatching: 'payments' }))).toMatch(
      /^payments\/api cannot assume payments-other \(Stack\/Other\): the trust policy has neither/,
    );
    expect(failure(() => both.denies({ ...API, roleMatching: 'payments' }))).toMatch(
      /^payments\/api can assume payments \(Stack\/Role\): statement 0/,
    );
    both.allows({ ...API, roleMatching: '^payments$' });
    both.denies({ ...API, roleMatching: 'other' });
  });
});

describe('what only the deployment knows fails both ways', () => {
  test.each<[string, (stack: Stack) => any, any, RegExp]>([
    [
      'a condition on the request',
      () => webIdentity({ ...PLAIN.Condition, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
      {},
      /cannot be determined: statement 0: the operator IpAddress is not supported\.\n {2}Trust policy: \[\{/,
    ],
    [
      'a key that nobody knows',
      () => webIdentity({ StringEquals: { ...PLAIN.Condition.StringEquals, 'aws:PrincipalTag/x': 'y' } }),
      {},
      /aws:PrincipalTag\/x is not known before the request/,
    ],
    [
      'a subject from a parameter',
      stack =>
        webIdentity({
          StringEquals: { [AUD]: 'sts.amazonaws.com', [SUB]: new CfnParameter(stack, 'Subject').valueAsString },
        }),
      {},
      /sub \(system:serviceaccount:payments:api\) is ⟨Stack\/Subject⟩ cannot be determined yet/,
    ],
  ])('%s', (_, statement, access, reason) => {
    const stack = literalStack();
    const irsa = IrsaAssertions.fromStack(handWritten(statement(stack), stack));
    for (const assertion of ['allows', 'denies'] as const) {
      const message = failure(() => irsa[assertion]({ ...API, role: 'payments', ...access }));
      expect(message).toMatch(/^Whether payments\/api can assume payments \(Stack\/Role\) cannot be determined: /);
      expect(message).toMatch(reason);
    }
  });

  test('an issuer that only the deployment knows, compared with a literal one', () => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Api', {
      oidcProvider: deferredProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'api',
    });
    const irsa = IrsaAssertions.fromStack(stack);
    const access = { ...API, role: sa.node.path, issuer: ISSUER };
    for (const assertion of ['allows', 'denies'] as const) {
      expect(failure(() => irsa[assertion](access))).toMatch(
        /cannot be determined: statement 0: whether .*oidc-provider\/⟨Stack\/Cluster⟩ is /,
      );
    }
    irsa.denies({ ...access, serviceAccount: 'web' }); // whatever the issuer turns out to be
  });

  test('a trust policy that cannot be read', () => {
    const stack = literalStack();
    const role = new CfnRole(stack, 'Role', { roleName: 'payments', assumeRolePolicyDocument: {} });
    role.addPropertyOverride('AssumeRolePolicyDocument', 'no JSON');
    const irsa = IrsaAssertions.fromStack(stack);
    for (const assertion of ['allows', 'denies'] as const) {
      expect(failure(() => irsa[assertion]({ ...API, role: 'payments' }))).toMatch(
        /^Whether payments\/api can assume payments .*: the policy is not valid JSON\./,
      );
    }
    expect(failure(() => irsa.allowsOnly([]))).toBe(
      'The trust policy of payments (Stack/Role) cannot be read: the policy is not valid JSON.',
    );
  });
});

describe('however the template was written', () => {
  const env = { account: ACCOUNT, region: REGION };
  const kubectl = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:kubectl`;

  test.each<[string, (stack: Stack) => string]>([
    [
      'IrsaServiceAccount',
      stack => serviceAccount(stack, 'Api', { namespace: 'payments', serviceAccountName: 'api' }).role.node.path,
    ],
    [
      'the path of the service account',
      stack => serviceAccount(stack, 'Api', { namespace: 'payments', serviceAccountName: 'api' }).node.path,
    ],
    [
      'a deferred issuer',
      stack =>
        serviceAccount(stack, 'Api', {
          oidcProvider: deferredProvider(stack),
          namespace: 'payments',
          serviceAccountName: 'api',
        }).node.path,
    ],
    [
      'a role by hand',
      stack =>
        new Role(stack, 'Role', { assumedBy: new WebIdentityPrincipal(PROVIDER_ARN, PLAIN.Condition) }).node.path,
    ],
    [
      'a federated principal',
      stack =>
        new Role(stack, 'Role', {
          assumedBy: new FederatedPrincipal(PROVIDER_ARN, PLAIN.Condition, 'sts:AssumeRoleWithWebIdentity'),
        }).node.path,
    ],
    [
      'an L1 with a text',
      stack => {
        const role = new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {} });
        role.addPropertyOverride(
          'AssumeRolePolicyDocument',
          JSON.stringify({ Version: '2012-10-17', Statement: [PLAIN] }),
        );
        return role.node.path;
      },
    ],
    [
      'aws-eks, with CfnJson',
      stack =>
        eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
          clusterName: 'blue',
          openIdConnectProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', Fn.importValue('Issuer')),
          kubectlProvider: eks.KubectlProvider.fromKubectlProviderAttributes(stack, 'Kubectl', {
            functionArn: kubectl,
            kubectlRoleArn: `arn:aws:iam::${ACCOUNT}:role/kubectl`,
            handlerRole: undefined as any,
          }),
        }).addServiceAccount('api', { namespace: 'payments', name: 'api' }).node.path,
    ],
    [
      'aws-eks-v2, with CfnJson',
      stack =>
        eksV2.Cluster.fromClusterAttributes(stack, 'Imported', {
          clusterName: 'blue',
          openIdConnectProvider: deferredProvider(stack),
          kubectlProvider: eksV2.KubectlProvider.fromKubectlProviderAttributes(stack, 'Kubectl', {
            serviceToken: kubectl,
          }),
        }).addServiceAccount('api', { namespace: 'payments', name: 'api' }).node.path,
    ],
  ])('%s', (_, make) => {
    for (const stack of [literalStack(), agnosticStack()]) {
      const role = make(stack);
      const irsa = IrsaAssertions.fromStack(stack);
      irsa.allows({ ...API, role });
      irsa.denies({ ...API, namespace: 'payment', role });
      irsa.denies({ ...API, serviceAccount: 'api-2', role });
      irsa.allowsOnly([{ ...API, role }], { role });
    }
  });

  test('two clusters, one of them made in the app', () => {
    const stack = agnosticStack();
    const sa = serviceAccount(stack, 'Api', {
      oidcProvider: deferredProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'api',
    });
    sa.trustCluster(literalProvider(stack, 'Other'));
    const irsa = IrsaAssertions.fromStack(stack);
    irsa.allows({ ...API, role: sa.node.path });
    irsa.allows({ ...API, role: sa.node.path, issuer: ISSUER });
    irsa.denies({ ...API, serviceAccount: 'web', role: sa.node.path });
    irsa.allowsOnly([{ ...API, role: sa.node.path }]);
    expect(failure(() => irsa.allowsOnly([{ ...API, role: sa.node.path, issuer: ISSUER }]))).toMatch(
      /^payments\/api of Stack\/Cluster with the audience sts\.amazonaws\.com can assume Stack\/Api\/Role but is not in the expected list\./,
    );
  });

  test('EKS Pod Identity', () => {
    const stack = literalStack();
    const sa = new PodIdentityServiceAccount(stack, 'Api', {
      clusterName: 'blue',
      namespace: 'payments',
      serviceAccountName: 'api',
    });
    const role = sa.node.path;
    const irsa = IrsaAssertions.fromStack(stack);
    irsa.allows({ ...API, role });
    irsa.denies({ ...API, serviceAccount: 'web', role });
    irsa.denies({ ...API, role, audience: 'sts.amazonaws.com' }); // no web identity
    irsa.allowsOnly([{ ...API, role }]);
    expect(failure(() => irsa.allowsOnly([]))).toMatch(
      new RegExp(
        `^payments/api of arn:aws:eks:${REGION}:${ACCOUNT}:cluster/blue through EKS Pod Identity can assume `
          + 'payments-api-\\w+ \\(Stack/Api/Role\\) but is not in the expected list\\.\n  Statement 0: \\{',
      ),
    );
    expect(failure(() => irsa.allows({ ...API, serviceAccount: 'web', role }))).toMatch(
      /: `aws:RequestTag\/kubernetes-service-account` differs: got web, trusted api\.\n {2}Nearest statement 0: /,
    );
  });

  test('EKS Pod Identity that tells no service account from another', () => {
    const open = {
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Principal: { Service: 'pods.eks.amazonaws.com' },
    };
    const irsa = IrsaAssertions.fromStack(handWritten(open));
    irsa.allows({ ...API, role: 'payments' });
    expect(failure(() => irsa.denies({ ...API, role: 'payments' }))).toMatch(
      /statement 0 of its trust policy allows it/,
    );
    expect(failure(() => irsa.allowsOnly([{ ...API, role: 'payments' }]))).toMatch(
      /^\*\/\* of \* through EKS Pod Identity can assume payments/,
    );
    irsa.allowsOnly([{ namespace: '*', serviceAccount: '*', pattern: true, role: 'payments' }]);

    const untagged = IrsaAssertions.fromStack(handWritten({ ...open, Action: 'sts:AssumeRole' }));
    for (const assertion of ['allows', 'denies'] as const) {
      expect(failure(() => untagged[assertion]({ ...API, role: 'payments' }))).toMatch(
        /cannot be determined: the trust policy allows EKS Pod Identity sts:AssumeRole, but not sts:TagSession, which it needs unless the association disables session tags\./,
      );
    }
  });

  test('stages and accounts', () => {
    const app = new App();
    const [dev, prod] = ['Dev', 'Prod'].map((id, index) => {
      const stack = literalStack(new Stage(app, id), 'Payments', {
        account: `${index + 1}`.repeat(12),
        region: REGION,
      });
      new IrsaRole(stack, 'Role', {
        roleName: 'payments',
        trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [
          ServiceAccountSubject.exact(id.toLowerCase(), 'api'),
        ]),
      });
      return stack;
    });
    IrsaAssertions.fromStack(dev).allows({ namespace: 'dev', serviceAccount: 'api', role: 'payments' });
    IrsaAssertions.fromStack(prod).denies({ namespace: 'dev', serviceAccount: 'api', role: 'payments' });
    const all = IrsaAssertions.fromAssembly(app.synth());
    all.allows({ namespace: 'prod', serviceAccount: 'api', role: `arn:aws:iam::${'2'.repeat(12)}:role/payments` });
    all.denies({ namespace: 'prod', serviceAccount: 'api', role: 'Dev/Payments/Role' });
    expect(failure(() => all.allows({ namespace: 'dev', serviceAccount: 'api', role: 'payments' }))).toMatch(
      /^dev\/api cannot assume payments \(Prod\/Payments\/Role\)/,
    );
  });

  test('a nested stack, and roles of one path in both', () => {
    const app = new App();
    const parent = literalStack(app, 'Parent', env);
    const role = (stack: Stack, name: string) =>
      new IrsaRole(stack, 'Role', {
        roleName: name,
        trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [
          ServiceAccountSubject.exact('payments', name),
        ]),
      });
    role(parent, 'outer');
    const nested = new NestedStack(parent, 'Nested');
    role(nested, 'inner');
    const inner = IrsaAssertions.fromStack(nested);
    inner.allowsOnly([{ namespace: 'payments', serviceAccount: 'inner', role: 'Parent/Nested/Role' }]);
    expect(failure(() => inner.allows({ ...API, role: 'outer' }))).toMatch(
      /No role has the name, ARN or construct path "outer".* Existing roles:\n {2}inner \(Parent\/Nested\/Role\)$/s,
    );
    const both = IrsaAssertions.fromStack(parent);
    both.allows({ namespace: 'payments', serviceAccount: 'outer', role: 'Parent/Role' });
    both.allows({ namespace: 'payments', serviceAccount: 'inner', role: 'Parent/Nested/Role' });
  });

  test('what another stack exports', () => {
    const app = new App();
    const clusters = literalStack(app, 'Clusters');
    new CfnOutput(clusters, 'Issuer', { value: ISSUER_URL, exportName: 'issuer' });
    const stack = literalStack(app, 'Payments');
    const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', Fn.importValue('issuer'));
    const sa = serviceAccount(stack, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName: 'api' });
    IrsaAssertions.fromStack(stack).allows({ ...API, role: sa.node.path, issuer: ISSUER });
  });

  test('an app that was synthesized before, and a stage', () => {
    const app = new App();
    const stack = literalStack(new Stage(app, 'Prod'), 'Payments');
    const sa = serviceAccount(stack, 'Api', { namespace: 'payments', serviceAccountName: 'api' });
    Stage.of(stack)!.synth();
    for (let times = 0; times < 2; times++) {
      IrsaAssertions.fromStack(stack).allows({ ...API, role: sa.node.path });
      IrsaAssertions.fromStack(stack).manifestsMatchRoles(); // which the stage alone does not write
      app.synth();
    }
  });
});

describe('allowsOnly', () => {
  const batch = webIdentity({
    StringEquals: { [AUD]: 'sts.amazonaws.com' },
    StringLike: { [SUB]: 'system:serviceaccount:batch:*' },
  });
  const irsa = (...statements: any[]) => IrsaAssertions.fromStack(handWritten(statements));
  const api = { ...API, role: 'payments' };
  const anyBatch = { namespace: 'batch', serviceAccount: '*', pattern: true, role: 'payments' };

  test('the given, and nobody else', () => {
    irsa(PLAIN).allowsOnly([api]);
    irsa(PLAIN, batch).allowsOnly([api, anyBatch]);
    irsa(PLAIN).allowsOnly([{ ...api, issuer: ISSUER_URL, audience: 'sts.amazonaws.com' }]);
    irsa({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'lambda.amazonaws.com', AWS: `arn:aws:iam::${ACCOUNT}:user/me` },
    }).allowsOnly([]);
  });

  test('one who is not given, each with the statement', () => {
    expect(failure(() => irsa(PLAIN, batch).allowsOnly([]))).toBe(
      [
        `payments/api of ${ISSUER} with the audience sts.amazonaws.com can assume payments `
          + '(Stack/Role) but is not in the expected list.',
        `  Statement 0: ${PLAIN_TEXT}`,
        `batch/* of ${ISSUER} with the audience sts.amazonaws.com can assume payments `
          + '(Stack/Role) but is not in the expected list.',
        `  Statement 1: ${JSON.stringify(batch)}`,
      ].join('\n'),
    );
  });

  test.each<[string, any[], any[], RegExp]>([
    [
      'one who is given and not allow',
      [PLAIN],
      [api, { ...api, serviceAccount: 'web' }],
      /^payments\/web cannot assume payments/,
    ],
    ['a pattern that is given and not there', [PLAIN], [api, anyBatch], /^batch\/x cannot assume payments/],
    [
      'a pattern, where one that it matches is given',
      [batch],
      [{ ...api, namespace: 'batch', serviceAccount: 'job' }],
      /^batch\/\* of \S+ with the audience sts\.amazonaws\.com can assume/,
    ],
    [
      'a service account, where a pattern that matches it is given',
      [
        webIdentity({
          StringLike: { [SUB]: ['system:serviceaccount:batch:*', 'system:serviceaccount:batch:job'] },
          StringEquals: { [AUD]: 'sts.amazonaws.com' },
        }),
      ],
      [anyBatch],
      /^batch\/job of /,
    ],
    [
      'another audience',
      [webIdentity({ StringEquals: { ...PLAIN.Condition.StringEquals, [AUD]: ['sts.amazonaws.com', 'vault'] } })],
      [api],
      /^payments\/api of \S+ with the audience vault can assume/,
    ],
    [
      'every audience',
      [webIdentity({ StringEquals: { [SUB]: 'system:serviceaccount:payments:api' } })],
      [api],
      /^payments\/api of \S+ with the audience \* can assume/,
    ],
    ['every service account', [webIdentity({ StringEquals: { [AUD]: 'sts.amazonaws.com' } })], [api], /^\*\/\* of /],
    ['another issuer', [PLAIN], [{ ...api, issuer: OTHER_ISSUER }], /^payments\/api of \S+D540\S+ cannot assume/],
    [
      'everybody',
      [PLAIN, { Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: '*' }],
      [api],
      /^payments \(Stack\/Role\) allows principals that it does not name\.\n {2}Statement 1: /,
    ],
    [
      'everybody of AWS',
      [PLAIN, { Effect: 'Allow', Action: '*', Principal: { AWS: '*' } }],
      [api],
      /^payments \(Stack\/Role\) allows principals that it does not name\./,
    ],
    [
      'everybody but one',
      [PLAIN, { Effect: 'Allow', Action: '*', NotPrincipal: { AWS: ACCOUNT } }],
      [api],
      /allows principals that it does not name\./,
    ],
    [
      'a provider that only the deployment knows',
      [PLAIN, webIdentity({}, Fn.importValue('provider'))],
      [api],
      /allows principals that it does not name\./,
    ],
    [
      'an Effect that only the deployment knows',
      [PLAIN, { ...PLAIN, Effect: Fn.importValue('effect') }],
      [api],
      /allows principals that it does not name\./,
    ],
    ['every issuer', [PLAIN, webIdentity({}, '*')], [api], /allows principals that it does not name\./],
  ])('%s is seen', (_, statements, given, message) => {
    expect(failure(() => irsa(...statements).allowsOnly(given))).toMatch(message);
  });

  test('what a Deny takes away is not let in', () => {
    irsa(
      webIdentity({
        StringEquals: {
          [AUD]: 'sts.amazonaws.com',
          [SUB]: ['api', 'web'].map(name => `system:serviceaccount:payments:${name}`),
        },
      }),
      { ...PLAIN, Effect: 'Deny' },
    ).allowsOnly([{ ...api, serviceAccount: 'web' }]);
  });

  test('of one role, or of every role', () => {
    const stack = handWritten(PLAIN);
    const other = new Role(stack, 'Other', {
      assumedBy: new WebIdentityPrincipal(PROVIDER_ARN, { ...PLAIN.Condition }),
    });
    const both = IrsaAssertions.fromStack(stack);
    both.allowsOnly([api], { role: 'payments' });
    both.allowsOnly([api], { roleMatching: '^payments$' });
    expect(failure(() => both.allowsOnly([api]))).toMatch(/can assume Stack\/Other but is not in the expected list/);
    both.allowsOnly([api, { ...API, role: other.node.path }]);
    both.allowsOnly([{ ...API, roleMatching: '.' }]);
  });
});

/** The engine that somebody else wrote decides in the same way, on documents that it is asked about directly. */
describe('as the judge of IAM decides', () => {
  const names = ['api', 'web', 'job-1'];
  const namespaces = ['payments', 'batch'];
  const documents: [string, any][] = [
    ['exact', PLAIN],
    [
      'a list',
      webIdentity({
        StringEquals: {
          [AUD]: 'sts.amazonaws.com',
          [SUB]: ['system:serviceaccount:payments:api', 'system:serviceaccount:batch:job-1'],
        },
      }),
    ],
    [
      'like',
      webIdentity({
        StringEquals: { [AUD]: 'sts.amazonaws.com' },
        StringLike: { [SUB]: 'system:serviceaccount:*:job-?' },
      }),
    ],
    [
      'a wildcard under StringEquals',
      webIdentity({ StringEquals: { [AUD]: 'sts.amazonaws.com', [SUB]: 'system:serviceaccount:payments:*' } }),
    ],
    [
      'not',
      webIdentity({
        StringEquals: { [AUD]: 'sts.amazonaws.com' },
        StringNotEquals: { [SUB]: 'system:serviceaccount:payments:api' },
      }),
    ],
    ['no sub', webIdentity({ StringEquals: { [AUD]: 'sts.amazonaws.com' } })],
    ['no aud', webIdentity({ StringEquals: { [SUB]: 'system:serviceaccount:batch:web' } })],
    [
      'https:// in the key',
      webIdentity({ StringEquals: { [`https://${SUB}`]: 'system:serviceaccount:payments:api' } }),
    ],
    [
      'Pod Identity',
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'batch' } },
      },
    ],
  ];

  test.each(documents)('%s', (_, statement) => {
    const document = { Version: '2012-10-17', Statement: [statement] };
    const irsa = IrsaAssertions.fromStack(handWritten(statement));
    for (const namespace of namespaces) {
      for (const name of names) {
        const expected =
          letsIn(document, {
            providerArn: PROVIDER_ARN,
            issuer: ISSUER,
            sub: `system:serviceaccount:${namespace}:${name}`,
            aud: 'sts.amazonaws.com',
          })
          || letsPodIn(document, {
            clusterArn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/any`,
            account: ACCOUNT,
            namespace,
            serviceAccount: name,
          });
        const access = { namespace, serviceAccount: name, role: 'payments' };
        expect([
          access,
          failure(() => irsa.allows(access)) === 'it holds',
          failure(() => irsa.denies(access)) === 'it holds',
        ]).toEqual([access, expected, !expected]);
      }
    }
  });
});

describe('manifestsMatchRoles', () => {
  function annotated(stack: Stack, annotations: Record<string, string>, name = 'api'): Stack {
    new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, `Sa${name}`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'payments', name, annotations },
    });
    return stack;
  }
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/payments`;
  const arn = { 'eks.amazonaws.com/role-arn': roleArn };

  test('they match', () => {
    IrsaAssertions.fromStack(annotated(handWritten(PLAIN), arn)).manifestsMatchRoles();
    const agnostic = agnosticStack();
    serviceAccount(agnostic, 'Api', { oidcProvider: deferredProvider(agnostic) });
    IrsaAssertions.fromStack(agnostic).manifestsMatchRoles();
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    [
      'a placeholder that the role',
      { 'eks.amazonaws.com/role-arn': '<ROLE_ARN>' },
      'api',
      /k8s\.yaml:3:1: The manifest is not rendered yet; it contains the placeholder <ROLE_ARN>\. .*: kustomize build <folder>\. \(not-rendered\)$/,
    ],
    [
      'a role that does not let it in',
      arn,
      'web',
      /k8s\.yaml:7:5: ServiceAccount payments\/web: cannot assume role payments: `sub` differs: got web, trusted api \(the service account; the namespace payments matches\)\. .* \(role-does-not-trust\)$/,
    ],
    [
      'a role that is not there',
      { 'eks.amazonaws.com/role-arn': `${roleArn}s` },
      'api',
      /ServiceAccount payments\/api: role arn:aws:iam::111122223333:role\/paymentss is not in the templates, although account 111122223333 is one of the app's\. .* \(role-not-found\)$/,
    ],
    [
      'a role in another account that is not there',
      { 'eks.amazonaws.com/role-arn': roleArn.replace(ACCOUNT, '444455556666') },
      'api',
      /role\/payments is not in the templates\. .* \(role-not-found\)$/,
    ],
    [
      'another audience',
      { ...arn, 'eks.amazonaws.com/audience': 'vault' },
      'api',
      /its tokens are for vault, but role payments accepts only tokens for sts\.amazonaws\.com\. .* \(audience-mismatch\)$/,
    ],
  ])('%s', (_, annotations, name, message) => {
    expect(
      failure(() => IrsaAssertions.fromStack(annotated(handWritten(PLAIN), annotations, name)).manifestsMatchRoles()),
    ).toMatch(message);
  });

  test('what only the deployment knows does not match', () => {
    const stack = handWritten(webIdentity({ ...PLAIN.Condition, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }));
    expect(failure(() => IrsaAssertions.fromStack(annotated(stack, arn)).manifestsMatchRoles())).toMatch(
      /cannot determine whether it can assume role payments: statement 0: the operator IpAddress is not supported/,
    );
  });

  test('no annotated ServiceAccount is no match', () => {
    expect(failure(() => IrsaAssertions.fromStack(handWritten(PLAIN)).manifestsMatchRoles())).toBe(
      'No manifest contains a ServiceAccount with the annotation eks.amazonaws.com/role-arn. Pass the files or folders '
        + 'with `manifests`.',
    );
  });

  test('manifests of one\'s own, and a role of another stack of the app', () => {
    const app = new App();
    handWritten(PLAIN, literalStack(app, 'Roles'));
    const stack = literalStack(app, 'Empty');
    const file = join(folder, 'own.yaml');
    writeFileSync(
      file,
      'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: api, namespace: payments, annotations: { '
        + `eks.amazonaws.com/role-arn: "${roleArn}" } }\n`,
    );
    for (const manifests of [[file], [folder]]) {
      IrsaAssertions.fromStack(stack, { manifests }).manifestsMatchRoles();
      IrsaAssertions.fromAssembly(app.synth(), { manifests }).manifestsMatchRoles();
    }
    writeFileSync(file, 'kind: ServiceAccount\nmetadata: [');
    expect(failure(() => IrsaAssertions.fromStack(stack, { manifests: [file] }))).toMatch(
      /own\.yaml:2:\d+: is not valid YAML: /,
    );
    expect(failure(() => IrsaAssertions.fromStack(stack, { manifests: [join(folder, 'none')] }))).toMatch(
      /none: cannot be read: no such file or directory\.$/,
    );
  });

  test('of this stack alone', () => {
    const app = new App();
    const good = annotated(handWritten(PLAIN, literalStack(app, 'Good')), arn);
    const bad = annotated(literalStack(app, 'Bad'), arn, 'web');
    IrsaAssertions.fromStack(good).manifestsMatchRoles();
    expect(failure(() => IrsaAssertions.fromStack(bad).manifestsMatchRoles())).toMatch(
      /^[^\n]*Bad\.k8s\.yaml:7:5: ServiceAccount payments\/web: cannot assume role payments[^\n]*$/,
    );
    expect(failure(() => IrsaAssertions.fromAssembly(app.synth()).manifestsMatchRoles())).toMatch(
      /^[^\n]*Bad\.k8s\.yaml:7:5/,
    );
  });

  test('of a nested stack: the file that it shares', () => {
    const nested = new NestedStack(literalStack(), 'Nested');
    annotated(handWritten(PLAIN, nested), arn, 'web');
    expect(failure(() => IrsaAssertions.fromStack(nested).manifestsMatchRoles())).toMatch(
      /cannot assume role payments/,
    );
  });

  test('associations of EKS Pod Identity', () => {
    const stack = annotated(handWritten(PLAIN), arn);
    new CfnResource(stack, 'Association', {
      type: 'AWS::EKS::PodIdentityAssociation',
      properties: { ClusterName: 'blue', Namespace: 'payments', ServiceAccount: 'api', RoleArn: roleArn },
    });
    expect(failure(() => IrsaAssertions.fromStack(stack).manifestsMatchRoles())).toMatch(
      /Association of payments\/api with .*cluster\/blue: cannot assume role payments/,
    );
  });
});

describe('hasNoLambda', () => {
  test('holds, with a cluster and a provider of this library', () => {
    const stack = literalStack();
    deferredProvider(stack);
    IrsaAssertions.fromStack(stack).hasNoLambda();
  });

  test('names what there is, in nested stacks too', () => {
    const app = new App();
    const stack = literalStack(app);
    const nested = new NestedStack(stack, 'Nested');
    new CfnResource(stack, 'Function', { type: 'AWS::Lambda::Function' });
    new CustomResource(stack, 'Custom', { serviceToken: 'arn', resourceType: 'Custom::Thing' });
    new CustomResource(nested, 'Plain', { serviceToken: 'arn' });
    new CfnResource(literalStack(app, 'Other'), 'Function', { type: 'AWS::Lambda::Function' });
    expect(failure(() => IrsaAssertions.fromStack(stack).hasNoLambda())).toMatch(
      new RegExp(
        '^Templates contain Lambda functions or custom resources:\n'
          + '  Stack/Function: AWS::Lambda::Function\n  Stack/Custom: Custom::Thing\n  Stack/Nested\\w+/Plain: '
          + 'AWS::CloudFormation::CustomResource$',
      ),
    );
    expect(failure(() => IrsaAssertions.fromAssembly(app.synth()).hasNoLambda())).toMatch(
      /\n {2}Other\/Function: AWS::Lambda::Function$/,
    );
  });
});

describe('what is asked must be clear', () => {
  const irsa = () => IrsaAssertions.fromStack(handWritten(PLAIN));

  test.each<[string, any, string]>([
    [
      'no role',
      {},
      '[IrsaAssertions] `role` must be set, unless `roleOf` or `roleMatching` is; set only one of them, got: '
        + 'nothing. Name one role, pass the service account that has the role, or use a regular expression for several '
        + 'roles.',
    ],
    [
      'both',
      { role: 'payments', roleMatching: 'x' },
      '[IrsaAssertions] `role` must be set, unless `roleOf` or `roleMatching` is; set only one of them, got: '
        + '"payments". Name one role, pass the service account that has the role, or use a regular expression for '
        + 'several roles.',
    ],
    [
      'an empty role',
      { role: '' },
      '[IrsaAssertions] `role` must be text that is known at synth time, got: "". If name and ARN are known only at '
        + 'deployment, use the construct path, `role.node.path`.',
    ],
    [
      'a token',
      { role: Aws.STACK_NAME },
      '[IrsaAssertions] `role` must be text that is known at synth time, got: "<known only at deployment>". If name '
        + 'and ARN are known only at deployment, use the construct path, `role.node.path`.',
    ],
    [
      'a broken expression',
      { roleMatching: '(' },
      '[IrsaAssertions] `roleMatching` must be a regular expression, got: "(". Invalid regular expression: /(/: '
        + 'Unterminated group.',
    ],
    [
      'a wildcard',
      { role: 'payments', serviceAccount: '*' },
      '[IrsaAssertions] `serviceAccount` must be a DNS-1123 subdomain: at most 253 characters from a-z, 0-9, - and '
        + '., with a letter or digit at both ends and next to every dot, got: "*". See '
        + 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
    ],
    [
      'a deferred namespace',
      { role: 'payments', namespace: Aws.REGION },
      '[IrsaAssertions] `namespace` must be known at synth time, got: "<known only at deployment>". Write it as a '
        + 'literal.',
    ],
    [
      'a deferred issuer',
      { role: 'payments', issuer: cluster(literalStack()).attrOpenIdConnectIssuerUrl },
      '[IrsaAssertions] `issuer` must be known at synth time, got: "<known only at deployment>". Leave it out to '
        + 'check every issuer in the trust policy.',
    ],
    [
      'an issuer with a slash',
      { role: 'payments', issuer: `${ISSUER}/` },
      `[IrsaAssertions] \`issuer\` must have no trailing slash, got: "${ISSUER_URL}/". ` + 'Remove it, because it '
        + 'would become part of the condition keys.',
    ],
    [
      'an audience with a wildcard',
      { role: 'payments', audience: 'sts.*' },
      '[IrsaAssertions] `audience` must be 1 to 255 visible ASCII characters without quotes, backslash, *, ?, $ or '
        + '{{, got: "sts.*". The audience is compared exactly, and patterns are not supported.',
    ],
    [
      'a misspelt role',
      { role: 'payment' },
      '[IrsaAssertions] No role has the name, ARN or construct path "payment". The most similar is payments. '
        + 'Existing roles:\n  payments (Stack/Role)',
    ],
    [
      'an expression for nothing',
      { roleMatching: 'orders' },
      '[IrsaAssertions] No role matches "orders". Existing roles:\n  payments (Stack/Role)',
    ],
  ])('%s', (_, access, message) => {
    for (const assertion of ['allows', 'denies'] as const) {
      expect(failure(() => irsa()[assertion]({ ...API, ...access }))).toBe(message);
    }
    expect(failure(() => irsa().allowsOnly([{ ...API, ...access }]))).toBe(message);
  });

  test('a pattern that is none', () => {
    expect(
      failure(() => irsa().allowsOnly([{ namespace: 'batch', serviceAccount: 'A*', pattern: true, role: 'payments' }])),
    ).toMatch(
      /^\[IrsaAssertions\] `serviceAccount` must be a pattern of a-z, 0-9, -, \., \* and \?, at most 253 characters, got: "A\*"\./,
    );
  });

  test('where there is no role, or there are many', () => {
    expect(failure(() => IrsaAssertions.fromStack(literalStack()).allows({ ...API, role: 'x' }))).toBe(
      '[IrsaAssertions] The templates contain no AWS::IAM::Role.',
    );
    const stack = literalStack();
    for (let index = 0; index < 22; index++) {
      new Role(stack, `Role${index}`, { assumedBy: new AccountPrincipal(ACCOUNT) });
    }
    expect(failure(() => IrsaAssertions.fromStack(stack).allows({ ...API, role: 'Stack/role3' }))).toMatch(
      /"Stack\/role3"\. The most similar is Stack\/Role3\. Existing roles:\n {2}Stack\/Role0\n(.*\n){18} {2}Stack\/Role19\n {2}and 2 more$/,
    );
  });

  test('a stack of no app, and an assembly that is none', () => {
    expect(failure(() => IrsaAssertions.fromStack(new Stack(new Construct(undefined as any, ''), 'Lost')))).toBe(
      '[Lost] The stack must be part of an App. Pass an App as its scope.',
    );
    const { directory } = new App().synth();
    rmSync(join(directory, 'manifest.json'));
    expect(failure(() => IrsaAssertions.fromAssembly({ directory } as any))).toMatch(
      /manifest\.json: cannot be read: no such file or directory\. Pass a cloud assembly/,
    );
  });

  test('everybody in the trust of the issuers that it speaks of', () => {
    const stack = literalStack();
    new Role(stack, 'Role', { roleName: 'payments', assumedBy: new AnyPrincipal() });
    const open = IrsaAssertions.fromStack(
      handWritten({
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: '*',
        Condition: PLAIN.Condition,
      }),
    );
    open.allows({ ...API, role: 'payments' });
    open.denies({ ...API, serviceAccount: 'web', role: 'payments' });
    const anybody = IrsaAssertions.fromStack(
      handWritten({ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: '*' }),
    );
    expect(failure(() => anybody.denies({ ...API, role: 'payments' }))).toMatch(/^payments\/api can assume payments/);
    const pods = IrsaAssertions.fromStack(stack);
    expect(failure(() => pods.denies({ ...API, role: 'payments' }))).toMatch(
      /^Whether payments\/api can assume payments .*not sts:TagSession/,
    );
  });
});
