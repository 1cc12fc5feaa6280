/**
 * One role for many clusters, one for many service accounts, and roles of other accounts.
 */
import { App, CfnOutput, CfnParameter, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaRole, IrsaServiceAccount, ServiceAccountSubject, TrustPolicy } from '../src';
import { deployed } from './judges/deployment';
import { allows, letsIn, letsPrincipalIn, trustPolicyErrors, WebIdentity } from './judges/iam-simulator';
import {
  ACCOUNT,
  agnosticStack,
  cluster,
  deferredProvider,
  ISSUER,
  literalProvider,
  literalStack,
  logicalId,
  PROVIDER_ARN,
  REGION,
  SAFE_PATTERN,
  serviceAccount,
  trustPolicies,
  trustPolicy,
  warnings,
} from './support';

const OTHER_ACCOUNT = '444455556666';
const issuerOf = (id: string) => `oidc.eks.${REGION}.amazonaws.com/id/${id.padEnd(32, '0')}`;
const token = (issuer: string, sub: string, account = ACCOUNT): WebIdentity => ({
  account,
  providerArn: `arn:aws:iam::${account}:oidc-provider/${issuer}`,
  issuer,
  sub: `system:serviceaccount:${sub}`,
  aud: 'sts.amazonaws.com',
});
const notes = (stack: Stack) =>
  Annotations.fromStack(stack)
    .findInfo('*', Match.stringLikeRegexp('cdk-irsa:'))
    .map(({ id, entry }) => `[${id.slice(1)}] ${entry.data}`);

describe('many clusters, one role', () => {
  test('clusters of other stacks, made in the same app: no cycle, even where their stacks name the role', () => {
    const app = new App();
    const [blue, green] = ['Blue', 'Green'].map(id => literalStack(app, id));
    const [blueOidc, greenOidc] = [blue, green].map(stack => deferredProvider(stack));
    const roles = literalStack(app, 'Roles');
    const sa = serviceAccount(roles, 'Sa', { oidcProvider: blueOidc });
    sa.trustCluster(greenOidc);
    for (const stack of [blue, green]) new CfnOutput(stack, 'Manifest', { value: stack.toJsonString(sa.toManifest()) });

    const assembly = app.synth();
    expect(roles.dependencies.map(({ node }) => node.id).sort()).toEqual(['Blue', 'Green']);
    expect([blue, green].flatMap(stack => stack.dependencies)).toEqual([]);
    for (const stack of [blue, green]) {
      expect(assembly.getStackByName(stack.stackName).template.Outputs.Manifest.Value).toContain(
        `arn:aws:iam::${ACCOUNT}:role/default-my-service-account-`,
      );
    }

    // As CloudFormation would fill it in from what the clusters' stacks export.
    const outputsOf = (stack: Stack) => Object.values<any>(assembly.getStackByName(stack.stackName).template.Outputs);
    const exportsOf = (stack: Stack) => outputsOf(stack).filter(({ Export }) => Export).map(({ Export, Value }) => {
      const [id, attribute] = Value['Fn::GetAtt'];
      const issuer = issuerOf(stack.node.id.toUpperCase());
      expect(['Cluster', 'Oidc70BFA75F']).toContain(id);
      return [
        Export.Name,
        attribute === 'Arn' ? `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` : `https://${issuer}`,
      ];
    });
    const trust = JSON.parse(
      deployed(trustPolicy(roles), { values: {}, exports: Object.fromEntries([blue, green].flatMap(exportsOf)) }),
    );
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(letsIn(trust, token(issuerOf('BLUE'), 'default:my-service-account'))).toBe(true);
    expect(letsIn(trust, token(issuerOf('GREEN'), 'default:my-service-account'))).toBe(true);
    expect(letsIn(trust, token(issuerOf('RED'), 'default:my-service-account'))).toBe(false);
    expect(letsIn(trust, token(issuerOf('GREEN'), 'other:my-service-account'))).toBe(false);
    // A token of one cluster that the provider of the other vouches for.
    expect(
      letsIn(trust, {
        ...token(issuerOf('GREEN'), 'default:my-service-account'),
        providerArn: token(issuerOf('BLUE'), '').providerArn,
      }),
    ).toBe(false);
  });

  test('four clusters with names as usual fit in the default quota', () => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack, 'C0', `https://${issuerOf('C0')}`) });
    for (const id of ['C1', 'C2', 'C3']) sa.trustCluster(literalProvider(stack, id, `https://${issuerOf(id)}`));
    expect(JSON.stringify(trustPolicy(stack)).length).toBeLessThanOrEqual(2048);
    expect(warnings(stack)).toEqual([]);
  });

  describe('the warning says how many fit', () => {
    const trusting = (count: number, extra: iam.IPrincipal[] = []) => {
      const stack = literalStack();
      const trust = new TrustPolicy();
      const subjects = [
        ServiceAccountSubject.exact('payments', 'api'),
        ServiceAccountSubject.matching('payments', 'job-*'),
      ];
      for (let index = 0; index < count; index++) {
        trust.addServiceAccounts(
          literalProvider(stack, `C${index}`, `https://${issuerOf(`${index}`.padStart(3, 'C'))}`),
          subjects,
        );
      }
      extra.forEach(principal => trust.addPrincipal(principal));
      new IrsaRole(stack, 'Role', { trust });
      return stack;
    };
    const lengthOf = (count: number, extra?: iam.IPrincipal[]) =>
      JSON.stringify(trustPolicy(trusting(count, extra))).length;

    test.each([
      [3, []],
      [4, []],
      [6, []],
      [8, []],
      [5, [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/ops')]],
    ])('of %d clusters, counted from documents with so many', (count, extra: iam.IPrincipal[]) => {
      const [found] = warnings(trusting(count, extra));
      const [, clusters, inDefault, inLargest] =
        /It trusts (\d+) clusters. Of clusters like these, (\d+) fit in 2048 characters and (\d+) in 8192\./
          .exec(found)!
          .map(Number);
      expect(clusters).toBe(count);
      expect(lengthOf(inDefault, extra)).toBeLessThanOrEqual(2048);
      expect(lengthOf(inDefault + 1, extra)).toBeGreaterThan(2048);
      expect(lengthOf(inLargest, extra)).toBeLessThanOrEqual(8192);
      expect(() => lengthOf(inLargest + 1, extra)).toThrow('`trust` must fit in 8192 characters');
    });

    test('of one', () => {
      const stack = literalStack();
      new IrsaRole(stack, 'Role', {
        trust: new TrustPolicy().addServiceAccounts(
          literalProvider(stack),
          Array.from({ length: 60 }, (_, index) => ServiceAccountSubject.exact('payments', `api-${index}`)),
        ),
      });
      expect(warnings(stack)[0]).toMatch(
        /It trusts 1 cluster. Of clusters like these, 0 fit in 2048 characters and 2 in 8192\./,
      );
    });

    test('of those by web identity, where others are let in by Pod Identity', () => {
      const stack = literalStack();
      const trust = new TrustPolicy().addServiceAccounts(literalProvider(stack), [
        ServiceAccountSubject.exact('payments', 'api'),
      ]);
      for (let index = 0; index < 10; index++) {
        trust.addPodIdentity({
          clusterArn: `arn:aws:eks:eu-west-1:111122223333:cluster/c${index}`,
          subjects: [ServiceAccountSubject.exact('payments', `api-${index}`)],
        });
      }
      new IrsaRole(stack, 'Role', { trust });
      expect(warnings(stack)[0]).toMatch(
        /It trusts 1 cluster through web identity. Of clusters like these, 0 fit in 2048 characters/,
      );
    });

    test('nothing of clusters where there is none', () => {
      const stack = literalStack();
      new IrsaRole(stack, 'Role', {
        trust: new TrustPolicy().addPrincipal(
          new iam.CompositePrincipal(
            ...Array.from(
              { length: 60 },
              (_, index) => new iam.ArnPrincipal(`arn:aws:iam::111122223333:role/${index}`),
            ),
          ),
        ),
      });
      expect(warnings(stack)[0]).toMatch(/split the subjects into several roles\. \[ack/);
    });
  });

  test('across apps: an export of the cluster\'s app, or its issuer', () => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Sa', {
      oidcProvider: ClusterOidcProvider.fromIssuerUrl(
        stack,
        'Blue',
        Token.asString({ 'Fn::ImportValue': 'blueIssuer' }),
      ),
    });
    sa.trustCluster(literalProvider(stack, 'Green', `https://${issuerOf('GREEN')}`));
    const trust = JSON.parse(
      deployed(trustPolicy(stack), {
        values: { 'AWS::Partition': 'aws' },
        exports: { blueIssuer: `https://${issuerOf('BLUE')}` },
      }),
    );
    expect(
      ['BLUE', 'GREEN', 'RED'].map(id => letsIn(trust, token(issuerOf(id), 'default:my-service-account'))),
    ).toEqual([true, true, false]);
  });
});

describe('many service accounts, one role', () => {
  test('of many namespaces and clusters', () => {
    const stack = literalStack();
    const subjects = [
      ServiceAccountSubject.exact('payments', 'api'),
      ServiceAccountSubject.exact('orders', 'api'),
      ServiceAccountSubject.matching('ci-*', 'runner'),
    ];
    new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), subjects) });
    const lets = (sub: string, aud = 'sts.amazonaws.com') => letsIn(trustPolicy(stack), { ...token(ISSUER, sub), aud });
    expect(['payments:api', 'orders:api', 'ci-7:runner'].map(sub => lets(sub))).toEqual([true, true, true]);
    expect(['payments:orders', 'shipping:api', 'ci-7:runner2', 'xci-7:runner'].map(sub => lets(sub))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(['sts.amazonaws.com.cn', 'sts*', '*'].map(aud => lets('ci-7:runner', aud))).toEqual([false, false, false]);
  });

  test('many manifests for one existing role: a note says once what its trust must contain, ready to paste', () => {
    const stack = literalStack();
    const [blue, green] = [literalProvider(stack), literalProvider(stack, 'Green', `https://${issuerOf('GREEN')}`)];
    const role = iam.Role.fromRoleName(stack, 'Shared', 'shared');
    for (const namespace of ['payments', 'orders']) {
      serviceAccount(stack, namespace, { role, namespace, oidcProvider: blue });
    }
    serviceAccount(stack, 'green', {
      role,
      namespace: 'payments',
      oidcProvider: green,
      podIdentity: { clusterName: 'green' },
      createServiceAccount: false,
    });
    const found = notes(stack);
    expect(found).toHaveLength(1);
    const [, document] =
      /^\[Stack\/payments\] `role` \(Stack\/Shared\) is an existing role, which cdk-irsa does not modify\. Its trust policy must contain: (\{.*\}) \[ack: cdk-irsa:existing-role\]$/.exec(
        found[0],
      )!;
    const trust = JSON.parse(document);
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(
      ['payments:my-service-account', 'orders:my-service-account', 'shipping:my-service-account'].map(sub =>
        letsIn(trust, token(ISSUER, sub)),
      ),
    ).toEqual([true, true, false]);
    expect(
      ['payments:my-service-account', 'orders:my-service-account'].map(sub =>
        letsIn(trust, token(issuerOf('GREEN'), sub)),
      ),
    ).toEqual([true, false]);
    // Nothing is done to the role itself.
    expect(Object.values<any>(Template.fromStack(stack).toJSON().Resources).map(({ Type }) => Type)).toEqual([
      'AWS::EKS::PodIdentityAssociation',
    ]);
  });

  test('a note has words for what only the deployment knows, and can be acknowledged', () => {
    const stack = agnosticStack();
    serviceAccount(stack, 'Sa', {
      role: iam.Role.fromRoleName(stack, 'Shared', 'shared'),
      oidcProvider: deferredProvider(stack),
    });
    expect(notes(stack)[0]).toContain('"<known only at deployment>:aud":"sts.amazonaws.com"');
    const quiet = agnosticStack();
    const sa = serviceAccount(quiet, 'Sa', { role: iam.Role.fromRoleName(quiet, 'Shared', 'shared') });
    expect(notes(quiet)).toHaveLength(1);
    expect(sa.node.path).toBe('Stack/Sa');
  });

  const shared = (trust: (stack: Stack) => TrustPolicy, change: (role: IrsaRole) => void = () => undefined) => {
    const stack = literalStack();
    const role = new IrsaRole(stack, 'Shared', { roleName: 'shared', trust: trust(stack) });
    change(role);
    serviceAccount(stack, 'Sa', { role, oidcProvider: literalProvider(stack) });
    return stack;
  };
  const [ONE, OTHER] = ['my-service-account', 'other'].map(name => ServiceAccountSubject.exact('default', name));

  test.each<[string, (stack: Stack) => TrustPolicy]>([
    ['exactly', stack => new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [OTHER, ONE])],
    [
      'by a pattern',
      stack =>
        new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [
          ServiceAccountSubject.matching('def*', 'my-service-accoun?'),
        ]),
    ],
    [
      'by its namespace',
      stack =>
        new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [
          ServiceAccountSubject.anyInNamespace('default'),
        ]),
    ],
  ])('an IrsaRole that lets it in %s is fine, and needs no note', (_, trust) => {
    const stack = shared(trust);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
    expect(notes(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => TrustPolicy]>([
    ['another name', stack => new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [OTHER])],
    [
      'another cluster',
      stack => new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P', `https://${issuerOf('GREEN')}`), [ONE]),
    ],
    [
      'another audience',
      stack => new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [ONE], { audience: 'vault' }),
    ],
    [
      'a pattern that does not match',
      stack =>
        new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [
          ServiceAccountSubject.matching('default', 'my-service-accoun?t'),
        ]),
    ],
    [
      'a pattern that ends earlier',
      stack =>
        new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [
          ServiceAccountSubject.matching('default', 'my-servic?'),
        ]),
    ],
    [
      'a pattern whose dot is a dot',
      stack =>
        new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [
          ServiceAccountSubject.matching('default', 'my.service-account*'),
        ]),
    ],
    ['another principal', () => new TrustPolicy().addPrincipal(new iam.ServicePrincipal('ec2.amazonaws.com'))],
  ])('an IrsaRole that lets in %s is an error', (_, trust) => {
    expect(() => Template.fromStack(shared(trust))).toThrow(
      '[Stack/Sa] `role` must allow default/my-service-account of this cluster, got: "Stack/Shared, which does not". '
        + 'Add it to the trust policy of that role',
    );
  });

  test('an IrsaRole that lets in a name known only at deployment is an error for another one', () => {
    const name = (stack: Stack) => new CfnParameter(stack, 'Name', { allowedPattern: SAFE_PATTERN }).valueAsString;
    expect(() =>
      Template.fromStack(
        shared(stack =>
          new TrustPolicy().addServiceAccounts(literalProvider(stack, 'P'), [
            ServiceAccountSubject.exact('default', name(stack)),
          ]),
        ),
      ),
    ).toThrow('[Stack/Sa] `role` must allow default/my-service-account of this cluster');
  });

  test('an IrsaRole with statements of the user\'s own is trusted to be right', () => {
    const stack = shared(
      provider => new TrustPolicy().addServiceAccounts(literalProvider(provider, 'P'), [OTHER]),
      role =>
        role.assumeRolePolicy!.addStatements(
          new iam.PolicyStatement({
            actions: ['sts:AssumeRoleWithWebIdentity'],
            principals: [
              new iam.FederatedPrincipal(
                PROVIDER_ARN,
                {
                  StringEquals: {
                    [`${ISSUER}:aud`]: 'sts.amazonaws.com',
                    [`${ISSUER}:sub`]: 'system:serviceaccount:default:my-service-account',
                  },
                },
                'sts:AssumeRoleWithWebIdentity',
              ),
            ],
          }),
        ),
    );
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
  });
});

describe('other accounts', () => {
  const twoAccounts = () => {
    const app = new App();
    return {
      app,
      workloads: literalStack(app, 'Workloads'),
      data: literalStack(app, 'Data', { account: OTHER_ACCOUNT, region: REGION }),
    };
  };

  test('directly: the issuer is registered in the account of the role too', () => {
    const { data } = twoAccounts();
    const sa = serviceAccount(data, 'Sa', {
      oidcProvider: new ClusterOidcProvider(data, 'Oidc', { issuerUrl: `https://${ISSUER}` }),
    });
    expect(sa.annotations['eks.amazonaws.com/role-arn']).toMatch(`arn:aws:iam::${OTHER_ACCOUNT}:role/`);
    const trust = deployed(trustPolicy(data), {
      values: { 'Oidc70BFA75F.Arn': `arn:aws:iam::${OTHER_ACCOUNT}:oidc-provider/${ISSUER}` },
    });
    expect(letsIn(trust, token(ISSUER, 'default:my-service-account', OTHER_ACCOUNT))).toBe(true);
    expect(
      letsIn(trust, { ...token(ISSUER, 'default:my-service-account', OTHER_ACCOUNT), providerArn: PROVIDER_ARN }),
    ).toBe(false);
  });

  test('chained: the role of the workload may assume one of another account, and that one trusts it alone', () => {
    const { app, workloads, data } = twoAccounts();
    const sa = serviceAccount(workloads, 'Sa');
    const target = new IrsaRole(data, 'Target', {
      roleName: 'receipts',
      trust: new TrustPolicy().addPrincipal(sa.grantPrincipal),
    });
    target.grantAssumeRole(sa.grantPrincipal);
    const assembly = app.synth();
    const trust = deployed(trustPolicies(data)[logicalId(data, target)], { values: { 'AWS::Partition': 'aws' } });
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(letsPrincipalIn(trust, sa.roleArn)).toBe(true);
    expect(letsPrincipalIn(trust, sa.roleArn.replace(ACCOUNT, OTHER_ACCOUNT))).toBe(false);
    expect(letsPrincipalIn(trust, `arn:aws:iam::${ACCOUNT}:role/other`)).toBe(false);
    const { Resources } = assembly.getStackByName('Workloads').template;
    const policies = Object.values<any>(Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::Policy')
      .map(({ Properties }) => deployed(Properties.PolicyDocument, { values: { 'AWS::Partition': 'aws' } }));
    expect(allows(policies, 'sts:AssumeRole', `arn:aws:iam::${OTHER_ACCOUNT}:role/receipts`)).toBe(true);
    expect(allows(policies, 'sts:AssumeRole', `arn:aws:iam::${OTHER_ACCOUNT}:role/other`)).toBe(false);
  });

  test.each<[string, (stacks: ReturnType<typeof twoAccounts>) => IrsaServiceAccount, string]>([
    [
      'made there',
      ({ workloads, data }) =>
        serviceAccount(workloads, 'Sa', {
          oidcProvider: new ClusterOidcProvider(data, 'Oidc', { issuerUrl: `https://${ISSUER}` }),
        }),
      `[Workloads/Sa/Role] \`oidcProvider (Data/Oidc)\` must be in the account of the stack, ${ACCOUNT}, got: "a `
        + `provider of account ${OTHER_ACCOUNT}". A role can trust only a provider in its own account. Register the `
        + `cluster's issuer also in account ${ACCOUNT} (ClusterOidcProvider).`,
    ],
    [
      'imported there',
      ({ workloads, data }) => serviceAccount(workloads, 'Sa', { oidcProvider: literalProvider(data) }),
      `\`oidcProvider (Data/Oidc)\` must be in the account of the stack, ${ACCOUNT}, got: `
        + `"arn:aws:iam::${OTHER_ACCOUNT}:oidc-provider/${ISSUER}".`,
    ],
    [
      "of CDK's import",
      ({ workloads }) =>
        serviceAccount(workloads, 'Sa', {
          oidcProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(
            workloads,
            'Oidc',
            PROVIDER_ARN.replace(ACCOUNT, OTHER_ACCOUNT),
          ),
        }),
      `must be in the account of the stack, ${ACCOUNT}, got: "arn:aws:iam::${OTHER_ACCOUNT}:oidc-provider/${ISSUER}".`,
    ],
    [
      'beside an existing role',
      ({ workloads }) =>
        serviceAccount(workloads, 'Sa', {
          role: iam.Role.fromRoleArn(workloads, 'R', `arn:aws:iam::${OTHER_ACCOUNT}:role/r`),
        }),
      `[Workloads/Sa] \`role\` must be in the account of the provider, ${ACCOUNT}, got: `
        + `"arn:aws:iam::${OTHER_ACCOUNT}:role/r". A role can trust only a provider in its own account. Use a `
        + `provider in account ${OTHER_ACCOUNT}, in a stack of that account.`,
    ],
  ])('a provider of a wrong account, %s, is an error', (_, build, message) => {
    const stacks = twoAccounts();
    build(stacks);
    expect(() => stacks.app.synth()).toThrow(message);
  });

  test('a cluster of another account in the same app, known only at deployment, is refused by CDK or published '
    + 'without a Lambda', () => {
    const { app, workloads, data } = twoAccounts();
    const oidcProvider = new ClusterOidcProvider(data, 'Oidc', {
      issuerUrl: cluster(workloads).attrOpenIdConnectIssuerUrl,
    });
    serviceAccount(data, 'Sa', { oidcProvider });
    // Newer releases of CDK publish the value through a stack output; older ones refuse.
    const outcome = (() => {
      try {
        return JSON.stringify(app.synth().stacks.map(({ template }) => template));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(outcome).toMatch(/Cross stack references are only supported|Fn::GetStackOutput/);
    expect(outcome).not.toMatch(/AWS::Lambda|Custom::/);
  });
});
