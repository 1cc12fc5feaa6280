/**
 * What users change after a construct was made reaches the template and is judged, or synth fails. IAM's engine decides
 * who can assume what.
 */
import { existsSync, mkdtempSync, readFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Aws, CfnCondition, CfnParameter, CustomResource, Fn, Lazy, Stack, Stage, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ApiObject, App as KubernetesApp, Chart, JsonPatch, Testing } from 'cdk8s';
import { letsIn, letsPrincipalIn } from './judges/iam-simulator';
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
  trustPolicies,
  trustPolicy,
  warnings,
} from './support';
import {
  ClusterOidcProvider,
  IrsaRole,
  IrsaServiceAccount,
  KubernetesManifests,
  PodIdentityServiceAccount,
  ServiceAccountSubject,
  TrustPolicy,
} from '../src';

const ONE = ServiceAccountSubject.exact('payments', 'api');
const SUB = 'system:serviceaccount:payments:api';
const TOKEN = { providerArn: PROVIDER_ARN, issuer: ISSUER, sub: SUB, aud: 'sts.amazonaws.com' };
const EVIL = 'arn:aws:iam::999999999999:role/evil';
const role = (stack: Stack, provider = literalProvider(stack), props: Partial<iam.RoleProps> = {}, id = 'Role') =>
  new IrsaRole(stack, id, { ...props, trust: new TrustPolicy().addServiceAccounts(provider, [ONE]) });
const resourceOf = (construct: iam.Role) => construct.node.defaultChild as iam.CfnRole;

describe('an override of the trust policy', () => {
  test.each<[string, (resource: iam.CfnRole) => void]>([
    [
      'of a condition',
      resource =>
        resource.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Condition.Bool.aws:SecureTransport', 'true'),
    ],
    ['of the whole', resource => resource.addPropertyOverride('AssumeRolePolicyDocument', { Statement: [] })],
    ['by its full path', resource => resource.addOverride('Properties.AssumeRolePolicyDocument.Version', '2012-10-17')],
    ['by deletion', resource => resource.addPropertyDeletionOverride('AssumeRolePolicyDocument')],
  ])('would discard a deferred policy, and is an error: %s', (_, override) => {
    const stack = agnosticStack();
    override(resourceOf(role(stack, deferredProvider(stack))));
    expect(() => Template.fromStack(stack)).toThrow(
      "[Stack/Role] `addPropertyOverride('AssumeRolePolicyDocument…')` must not be used on this role",
    );
    expect(() => Template.fromStack(stack)).toThrow(
      'Its trust policy is one Fn::Sub text, because the issuer is known only at deployment, so the override would '
        + 'replace '
        + 'the whole policy. '
        + 'Use trust.addServiceAccounts(), trust.addPodIdentity(), trust.addPrincipal() or '
        + 'role.assumeRolePolicy.addStatements() instead.',
    );
  });

  test('so it is in a plain CfnRole', () => {
    const stack = agnosticStack();
    const plain = new iam.CfnRole(stack, 'Plain', {
      assumeRolePolicyDocument: new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE]).toPolicyDocument(),
    });
    plain.addPropertyOverride('AssumeRolePolicyDocument.Version', '2012-10-17');
    expect(() => Template.fromStack(stack)).toThrow(
      "[Stack/Plain] `addPropertyOverride('AssumeRolePolicyDocument…')` must not be used",
    );
  });

  test('of an object is in the template, and the policy still admits exactly the service account', () => {
    const stack = literalStack();
    resourceOf(role(stack)).addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Sid', 'Pods');
    const policy = trustPolicy(stack);
    expect(policy.Statement[0].Sid).toBe('Pods');
    expect([letsIn(policy, TOKEN), letsIn(policy, { ...TOKEN, sub: 'evil' })]).toEqual([true, false]);
  });

  test.each<[string, (resource: iam.CfnRole) => void, string]>([
    [
      'that trusts everybody',
      resource => {
        resource.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Principal', '*');
        resource.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Action', 'sts:*');
      },
      'must not be everyone',
    ],
    [
      'that adds a statement',
      resource =>
        resource.addPropertyOverride('AssumeRolePolicyDocument.Statement.1', {
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: 'sts:AssumeRole',
        }),
      'must not be everyone',
    ],
    [
      'that removes the conditions',
      resource => resource.addPropertyDeletionOverride('AssumeRolePolicyDocument.Statement.0.Condition'),
      'must have conditions on',
    ],
    [
      'that removes one condition',
      resource =>
        resource.addPropertyDeletionOverride(
          `AssumeRolePolicyDocument.Statement.0.Condition.StringEquals.${`${ISSUER}:sub`.replace(/\./g, '\\.')}`,
        ),
      'must have conditions on',
    ],
    [
      'by a text',
      resource => resource.addPropertyOverride('AssumeRolePolicyDocument', JSON.stringify({ Statement: [] })),
      'must not be used on this role',
    ],
    [
      'by an intrinsic',
      resource =>
        resource.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Condition', { Ref: 'AWS::NoValue' }),
      'must have conditions on',
    ],
  ])('of an object is judged like a statement by hand: %s', (_, override, message) => {
    const stack = literalStack();
    override(resourceOf(role(stack)));
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('a document in the place of the role\'s own is an error', () => {
    const stack = literalStack();
    resourceOf(role(stack)).assumeRolePolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }],
    };
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `assumeRolePolicyDocument` must stay the document that the role was created with',
    );
  });
});

describe('a provider that changes after a role used it', () => {
  const OTHER = 'https://other.example.com';
  const changes: [string, (resource: iam.CfnOIDCProvider) => void][] = [
    ['its property', resource => { resource.url = OTHER; }],
    ['an override', resource => resource.addPropertyOverride('Url', OTHER)],
  ];

  test.each(changes)('URL by %s: an error', (_, change) => {
    const stack = literalStack();
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    role(stack, provider);
    change(provider.node.defaultChild as iam.CfnOIDCProvider);
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `oidcProvider (Stack/Oidc)` must keep the URL that it had when the role first used it, '
        + `"${ISSUER_URL}", got: "${OTHER}". Set the URL when you create the provider`,
    );
  });

  test.each(changes)('URL by %s, deferred: an error', (_, change) => {
    const stack = agnosticStack();
    const provider = deferredProvider(stack);
    role(stack, provider);
    change(provider.node.defaultChild as iam.CfnOIDCProvider);
    expect(() => Template.fromStack(stack)).toThrow('must keep the URL that it had when the role first used it');
  });

  test('URL of CDK\'s custom resource: an error', () => {
    const stack = literalStack();
    const provider = new iam.OpenIdConnectProvider(stack, 'Oidc', {
      url: ISSUER_URL,
      clientIds: ['sts.amazonaws.com'],
    });
    role(stack, provider);
    ((provider.node.defaultChild as CustomResource).node.defaultChild as any).addPropertyOverride('Url', OTHER);
    expect(() => Template.fromStack(stack)).toThrow('must keep the URL that it had when the role first used it');
  });

  test('before a role uses it: the role goes by the new URL', () => {
    const stack = literalStack();
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: OTHER });
    (provider.node.defaultChild as iam.CfnOIDCProvider).url = ISSUER_URL;
    role(stack, provider);
    const arn = JSON.stringify(trustPolicy(stack).Statement[0].Principal.Federated);
    const policy = JSON.parse(JSON.stringify(trustPolicy(stack)).split(arn).join(`"${PROVIDER_ARN}"`));
    expect([letsIn(policy, TOKEN), letsIn(policy, { ...TOKEN, sub: 'evil' })]).toEqual([true, false]);
  });

  test.each<[string, (resource: iam.CfnOIDCProvider) => void]>([
    ['its property', resource => { resource.clientIdList = ['vault']; }],
    ['an override', resource => resource.addPropertyOverride('ClientIdList', ['vault'])],
  ])('client IDs without the audience, by %s: an error', (_, change) => {
    const stack = literalStack();
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    role(stack, provider);
    change(provider.node.defaultChild as iam.CfnOIDCProvider);
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `audience` must be among the audiences of the provider Stack/Oidc, ["vault"], got: '
        + '"sts.amazonaws.com"',
    );
  });

  test('one more client ID is none of the role\'s business', () => {
    const stack = literalStack();
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    role(stack, provider);
    (provider.node.defaultChild as iam.CfnOIDCProvider).clientIdList = ['vault', 'sts.amazonaws.com'];
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('two roles of one name in one account', () => {
  const named = (stack: Stack, id: string, props: Partial<iam.RoleProps> = {}) =>
    role(stack, literalProvider(stack, `${id}Oidc`), { roleName: 'workload', ...props }, id);
  const plain = (stack: Stack, id: string, props: Partial<iam.RoleProps> = {}) =>
    new iam.Role(stack, id, { roleName: 'workload', assumedBy: new iam.AccountRootPrincipal(), ...props });
  const REFUSED = '`roleName` must be used only once per account';

  test.each<[string, (app: App) => Stack]>([
    ['in a stack', app => {
      const stack = literalStack(app);
      named(stack, 'First');
      named(stack, 'Second');
      return stack;
    }],
    ['with a plain role', app => {
      const stack = literalStack(app);
      plain(stack, 'First');
      named(stack, 'Second');
      return stack;
    }],
    ['with a plain role that comes later', app => {
      const stack = literalStack(app);
      named(stack, 'First');
      plain(stack, 'Second');
      return stack;
    }],
    ['with a CfnRole', app => {
      const stack = literalStack(app);
      named(stack, 'First');
      new iam.CfnRole(stack, 'Second', { roleName: 'workload', assumeRolePolicyDocument: {} });
      return stack;
    }],
    ['in two stacks', app => {
      plain(literalStack(app, 'Other'), 'Second');
      const stack = literalStack(app);
      named(stack, 'First');
      return stack;
    }],
    ['in two regions', app => {
      plain(literalStack(app, 'Other', { account: ACCOUNT, region: 'us-east-1' }), 'Second');
      const stack = literalStack(app);
      named(stack, 'First');
      return stack;
    }],
    ['in a stage', app => {
      plain(literalStack(new Stage(app, 'Stage'), 'Other'), 'Second');
      const stack = literalStack(app);
      named(stack, 'First');
      return stack;
    }],
    ['with another path', app => {
      const stack = literalStack(app);
      named(stack, 'First', { path: '/a/' });
      plain(stack, 'Second', { path: '/b/' });
      return stack;
    }],
    ['in other letters', app => {
      const stack = literalStack(app);
      named(stack, 'First');
      plain(stack, 'Second', { roleName: 'WorkLoad' });
      return stack;
    }],
    ['by an override', app => {
      const stack = literalStack(app);
      named(stack, 'First');
      resourceOf(plain(stack, 'Second', { roleName: undefined })).addPropertyOverride('RoleName', 'workload');
      return stack;
    }],
    ['by a lazy value', app => {
      const stack = literalStack(app);
      named(stack, 'First', { roleName: Lazy.string({ produce: () => 'workload' }) });
      plain(stack, 'Second');
      return stack;
    }],
    ['in one agnostic stack', app => {
      const stack = agnosticStack(app);
      named(stack, 'First');
      plain(stack, 'Second');
      return stack;
    }],
    ['under one condition', app => {
      const stack = literalStack(app);
      const condition = new CfnCondition(stack, 'Condition', { expression: Fn.conditionEquals(Aws.REGION, 'x') });
      for (const each of [named(stack, 'First'), plain(stack, 'Second')]) {
        resourceOf(each).cfnOptions.condition = condition;
      }
      return stack;
    }],
  ])('%s: an error', (_, build) => {
    expect(() => Template.fromStack(build(new App()))).toThrow(REFUSED);
  });

  test.each<[string, (app: App) => Stack]>([
    ['in two accounts', app => {
      plain(literalStack(app, 'Other', { account: '444455556666', region: REGION }), 'Second');
      const stack = literalStack(app);
      named(stack, 'First');
      return stack;
    }],
    ['in two agnostic stacks', app => {
      plain(agnosticStack(app, 'Other'), 'Second');
      const stack = agnosticStack(app);
      named(stack, 'First');
      return stack;
    }],
    ['under two conditions', app => {
      const stack = literalStack(app);
      const condition = (id: string) => new CfnCondition(stack, id, { expression: Fn.conditionEquals(Aws.REGION, id) });
      resourceOf(named(stack, 'First')).cfnOptions.condition = condition('A');
      resourceOf(plain(stack, 'Second')).cfnOptions.condition = condition('B');
      return stack;
    }],
    ['without names', app => {
      const stack = agnosticStack(app);
      named(stack, 'First', { roleName: undefined });
      plain(stack, 'Second', { roleName: undefined });
      return stack;
    }],
  ])('%s: none of anybody\'s business', (_, build) => {
    expect(() => Template.fromStack(build(new App()))).not.toThrow();
  });

  test('is asked anew in each synth', () => {
    const app = new App();
    const stack = literalStack(app);
    named(stack, 'First');
    expect(() => app.synth()).not.toThrow();
    plain(stack, 'Second');
    expect(() => app.synth({ force: true })).toThrow(REFUSED);
    stack.node.tryRemoveChild('Second');
    expect(() => app.synth({ force: true })).not.toThrow();
  });
});

describe('a role that names itself as a principal', () => {
  const REFUSED =
    '`assumeRolePolicy` must not name the role itself as a principal, got: "Stack/Role". The role does not exist yet '
      + 'when IAM validates its trust policy.';

  test.each<[string, (it: IrsaRole) => void]>([
    ['by reference', it => it.trust.addPrincipal(new iam.ArnPrincipal(it.roleArn))],
    ['as a construct', it => it.trust.addPrincipal(it)],
    ['by its literal ARN', it => it.trust.addPrincipal(new iam.ArnPrincipal(`arn:aws:iam::${ACCOUNT}:role/workload`))],
    [
      'last in a list',
      it =>
        it.assumeRolePolicy!.addStatements(
          new iam.PolicyStatement({
            actions: ['sts:AssumeRole'],
            principals: [new iam.ArnPrincipal(`arn:aws:iam::${ACCOUNT}:role/other`), new iam.ArnPrincipal(it.roleArn)],
          }),
        ),
    ],
  ])('%s: an error', (_, add) => {
    const stack = literalStack();
    add(role(stack, undefined, { roleName: 'workload' }));
    expect(() => Template.fromStack(stack)).toThrow(REFUSED);
  });

  test('through grantPrincipal of its service account: an error', () => {
    const stack = agnosticStack();
    const api = new IrsaServiceAccount(stack, 'Api', {
      oidcProvider: literalProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'api',
    });
    api.trust.addPrincipal(api.grantPrincipal);
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Api/Role] `assumeRolePolicy` must not name the role itself as a principal',
    );
  });

  test('the fix admits the role itself and nobody else', () => {
    const stack = literalStack();
    const own = `arn:aws:iam::${ACCOUNT}:role/workload`;
    role(stack, undefined, { roleName: 'workload' }).trust
      .addPrincipal(new iam.AccountPrincipal(ACCOUNT).withConditions({ ArnEquals: { 'aws:PrincipalArn': own } }));
    const policy = trustPolicy(stack);
    const asks = (arn: string) => letsPrincipalIn(policy, arn, { 'aws:PrincipalArn': arn });
    // the account's own policies decide
    expect([own, `arn:aws:iam::${ACCOUNT}:role/other`, EVIL].map(asks)).toEqual([false, false, false]);
    expect(policy.Statement[1]).toEqual({
      Action: 'sts:AssumeRole',
      Condition: { ArnEquals: { 'aws:PrincipalArn': own } },
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    });
  });

  test('another role may be named', () => {
    const stack = literalStack();
    role(stack).trust.addPrincipal(new iam.Role(stack, 'Other', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('a ServiceAccount that was changed after it was made', () => {
  const make = (stack: Stack, chart?: Chart) => new IrsaServiceAccount(stack, 'Api', {
    oidcProvider: literalProvider(stack), namespace: 'payments', serviceAccountName: 'api', chart,
  });
  const objectIn = (chart: Chart) =>
    chart.node.children.find(child => ApiObject.isApiObject(child) && child.kind === 'ServiceAccount') as ApiObject;
  const OTHER = `arn:aws:iam::${ACCOUNT}:role/other`;
  const changes: [string, (object: ApiObject) => void, string][] = [
    [
      'addAnnotation of a role',
      object => object.metadata.addAnnotation('eks.amazonaws.com/role-arn', OTHER),
      '`metadata.annotations["eks.amazonaws.com/role-arn"] of ServiceAccount payments/api` must '
        + `stay as Stack/Api set it, got: "${OTHER}". Set \`role\` to use an existing role`,
    ],
    [
      'addAnnotation of an audience',
      object => object.metadata.addAnnotation('eks.amazonaws.com/audience', 'vault'),
      'must stay as Stack/Api set it, got: "vault". Set `audience` instead.',
    ],
    [
      'addAnnotation of an expiration',
      object => object.metadata.addAnnotation('eks.amazonaws.com/token-expiration', '600'),
      'Set `tokenExpiration` instead.',
    ],
    [
      'a JSON patch of the role',
      object => object.addJsonPatch(JsonPatch.replace('/metadata/annotations/eks.amazonaws.com~1role-arn', OTHER)),
      'must stay as Stack/Api set it',
    ],
    [
      'a JSON patch that removes the role',
      object => object.addJsonPatch(JsonPatch.remove('/metadata/annotations/eks.amazonaws.com~1role-arn')),
      'must stay as Stack/Api set it, got: nothing',
    ],
    [
      'a JSON patch of the name',
      object => object.addJsonPatch(JsonPatch.replace('/metadata/name', 'other')),
      '`chart` must contain the ServiceAccount payments/api of Stack/Api under that name',
    ],
    [
      'a JSON patch of the namespace',
      object => object.addJsonPatch(JsonPatch.replace('/metadata/namespace', 'other')),
      '`chart` must contain the ServiceAccount payments/api of Stack/Api under that name',
    ],
  ];

  test.each(changes)('%s: an error', (_, change, message) => {
    const stack = literalStack();
    make(stack);
    change(objectIn(KubernetesManifests.of(stack).chart));
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test.each(changes)('%s, in a chart of the user\'s own: an error of both apps', (_, change, message) => {
    const kubernetesApp = new KubernetesApp({ outdir: mkdtempSync(join(tmpdir(), 'chart-')) });
    const chart = new Chart(kubernetesApp, 'Chart');
    const stack = literalStack();
    make(stack, chart);
    change(objectIn(chart));
    expect(() => Template.fromStack(stack)).toThrow(message);
    expect(() => kubernetesApp.synth()).toThrow(message);
  });

  test('in the output of an agnostic stack: an error', () => {
    const stack = agnosticStack();
    make(stack);
    objectIn(KubernetesManifests.of(stack).chart).metadata.addAnnotation('eks.amazonaws.com/role-arn', OTHER);
    expect(() => Template.fromStack(stack)).toThrow('must stay as Stack/Api set it');
  });

  test('of EKS Pod Identity: an annotation of another role is an error', () => {
    const stack = literalStack();
    new PodIdentityServiceAccount(stack, 'Api', {
      clusterName: 'production',
      namespace: 'payments',
      serviceAccountName: 'api',
    });
    objectIn(KubernetesManifests.of(stack).chart).metadata.addAnnotation('eks.amazonaws.com/role-arn', OTHER);
    expect(() => Template.fromStack(stack)).toThrow('must stay as Stack/Api set it');
  });

  test.each<[string, (manifest: any) => void, string]>([
    ['another role', ({ metadata }) => { metadata.annotations['eks.amazonaws.com/role-arn'] = OTHER; }, 'must stay as'],
    ['another name', ({ metadata }) => { metadata.name = 'other'; }, 'must contain the ServiceAccount payments/api'],
  ])('by a subclass, to %s: an error', (_, change, message) => {
    class Changed extends IrsaServiceAccount {
      public override toManifest(): any {
        const manifest = super.toManifest();
        change(manifest);
        return manifest;
      }
    }
    const stack = literalStack();
    new Changed(stack, 'Api', {
      oidcProvider: literalProvider(stack), namespace: 'payments', serviceAccountName: 'api',
    });
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('whose role was renamed, in a synth without validation: an error', () => {
    const app = new App();
    const api = make(literalStack(app));
    resourceOf(api.role as iam.Role).roleName = 'other';
    expect(() => app.synth({ skipValidation: true })).toThrow('the role other and the annotation arn:aws:iam::');
  });

  test('other annotations, labels, and the same value again pass', () => {
    const stack = literalStack();
    const api = make(stack);
    const object = objectIn(KubernetesManifests.of(stack).chart);
    object.metadata.addAnnotation('team', 'payments');
    object.metadata.addLabel('team', 'payments');
    object.metadata.addAnnotation('eks.amazonaws.com/role-arn', api.roleArn);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('one that was taken out of the chart is the user\'s own matter', () => {
    const stack = literalStack();
    make(stack);
    const { chart } = KubernetesManifests.of(stack);
    chart.node.tryRemoveChild(objectIn(chart).node.id);
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(Testing.synth(chart)).toEqual([]);
  });
});

describe('a lazy value that is another one each time', () => {
  const counting = (prefix: string) => {
    let count = 0;
    return Lazy.uncachedString({ produce: () => `${prefix}${count++}` });
  };

  test.each<[string, () => object]>([
    ['namespace', () => ({ namespace: counting('ns') })],
    ['serviceAccountName', () => ({ serviceAccountName: counting('sa') })],
    ['audience', () => ({ audience: counting('aud') })],
  ])('%s: an error, and no manifest is written', (_, props) => {
    const app = new App();
    const stack = literalStack(app);
    new IrsaServiceAccount(stack, 'Api', {
      oidcProvider: literalProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'api',
      roleName: 'api',
      ...props(),
    });
    expect(() => app.synth()).toThrow(
      /must (stay the same while synth runs|contain the ServiceAccount .* of Stack\/Api|stay as Stack\/Api set it)/,
    );
    expect(existsSync(join(app.outdir, 'Stack.k8s.yaml'))).toBe(false);
  });

  test('of EKS Pod Identity, too', () => {
    const app = new App();
    const stack = literalStack(app);
    new PodIdentityServiceAccount(stack, 'Api', {
      clusterName: 'production',
      namespace: counting('ns'),
      serviceAccountName: 'api',
    });
    expect(() => app.synth()).toThrow(/must (stay the same while synth runs|contain the ServiceAccount)/);
  });

  test('one that changes after validation only is found when both are written', () => {
    const app = new App();
    const stack = literalStack(app);
    let phase = 'validation';
    new IrsaServiceAccount(stack, 'Api', {
      oidcProvider: literalProvider(stack),
      namespace: Lazy.uncachedString({ produce: () => (phase === 'validation' ? 'payments' : 'evil') }),
      serviceAccountName: 'api',
      roleName: 'api',
    });
    // A template that is rendered late: the manifests of this round are settled by then.
    new Stack(app, 'Last').node.addValidation({
      validate: () => {
        phase = 'rendering';
        return [];
      },
    });
    expect(() => app.synth()).toThrow('must stay the same while synth runs');
  });

  test('a trust policy of an existing role that changes after validation is found when both are written', () => {
    const app = new App();
    const stack = literalStack(app);
    const oidcProvider = literalProvider(stack);
    let namespace = 'payments';
    const subject = ServiceAccountSubject.exact(Lazy.uncachedString({ produce: () => namespace }), 'api');
    const shared = new IrsaRole(stack, 'Role', {
      roleName: 'shared', trust: new TrustPolicy().addServiceAccounts(oidcProvider, [subject]),
    });
    new IrsaServiceAccount(stack, 'Api', {
      oidcProvider, namespace: 'payments', serviceAccountName: 'api', role: shared,
    });
    new Stack(app, 'Last').node.addValidation({
      validate: () => {
        namespace = 'evil';
        return [];
      },
    });
    expect(() => app.synth()).toThrow('must stay the same while synth runs');
  });

  test('what merely is lazy passes, literal, deferred and in nested stacks', () => {
    const app = new App();
    const lazy = (value: string) => Lazy.string({ produce: () => value });
    const stack = literalStack(app);
    new IrsaServiceAccount(stack, 'Api', {
      oidcProvider: literalProvider(stack),
      namespace: lazy('payments'),
      serviceAccountName: lazy('api'),
      audience: lazy('sts.amazonaws.com'),
    });
    new IrsaServiceAccount(stack, 'Deferred', {
      oidcProvider: deferredProvider(stack, 'Made'),
      namespace: lazy('payments'),
      serviceAccountName: 'deferred',
    });
    new PodIdentityServiceAccount(stack, 'Pod', {
      clusterName: cluster(stack, 'Other').ref,
      namespace: lazy('payments'),
      serviceAccountName: 'pod',
      disableSessionTags: true,
    });
    expect(() => app.synth()).not.toThrow();
    expect(existsSync(join(app.outdir, 'Stack.k8s.yaml'))).toBe(true);
  });
});

describe('an existing IrsaRole', () => {
  const hand = (it: IrsaRole, statement: any) =>
    it.assumeRolePolicy!.addStatements(iam.PolicyStatement.fromJson(statement));
  const unrelated = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other` },
    Action: 'sts:AssumeRole',
  };
  const REFUSED = '`role` must allow';
  const using = (stack: Stack, existing: IrsaRole, props: object = {}) =>
    new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack, 'SaOidc'),
      namespace: 'payments',
      serviceAccountName: 'api',
      role: existing,
      ...props,
    });

  test('with a statement by hand must still admit the service account', () => {
    const stack = literalStack();
    const existing = role(stack);
    hand(existing, unrelated);
    using(stack, existing, { namespace: 'paymnets' });
    expect(() => Template.fromStack(stack)).toThrow(REFUSED);
    expect(Object.values(trustPolicies(literalStackWith(unrelated))).every(policy => letsIn(policy, TOKEN))).toBe(true);
  });

  const literalStackWith = (statement: any) => {
    const stack = literalStack();
    const existing = role(stack);
    hand(existing, statement);
    using(stack, existing);
    return stack;
  };

  test('is admitted by a statement that is written by hand', () => {
    const stack = literalStack();
    const existing = new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPrincipal(new iam.ServicePrincipal('ec2.amazonaws.com')),
    });
    hand(existing, {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER_ARN },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:pay*:api' },
      },
    });
    using(stack, existing);
    expect(letsIn(trustPolicy(stack), TOKEN)).toBe(true);
  });

  test('with a Deny by hand does not admit it', () => {
    const stack = literalStack();
    const existing = role(stack);
    hand(existing, {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${ISSUER}:sub`]: SUB } },
    });
    using(stack, existing);
    expect(() => Template.fromStack(stack)).toThrow(REFUSED);
  });

  test.each<[string, (stack: Stack) => any]>([
    ['the provider', () => ({ Federated: Fn.importValue('Provider') })],
    [
      'the provider, by a safe parameter',
      stack => ({
        Federated: new CfnParameter(stack, 'Provider', { allowedPattern: '^[a-z0-9:/.-]+$' }).valueAsString,
      }),
    ],
  ])('is not refused where only the deployment knows: %s', (_, principal) => {
    const stack = literalStack();
    const existing = new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPrincipal(new iam.ServicePrincipal('ec2.amazonaws.com')),
    });
    hand(existing, {
      Effect: 'Allow',
      Principal: principal(stack),
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: SUB } },
    });
    using(stack, existing);
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(warnings(stack)).toEqual([]);
  });

  test('of a deferred issuer: a typo is found, the right name passes', () => {
    const build = (namespace: string) => {
      const stack = agnosticStack();
      const provider = deferredProvider(stack);
      const existing = role(stack, provider);
      hand(existing, unrelated);
      new IrsaServiceAccount(stack, 'Sa', {
        oidcProvider: provider,
        namespace,
        serviceAccountName: 'api',
        role: existing,
      });
      return stack;
    };
    expect(() => Template.fromStack(build('paymnets'))).toThrow(REFUSED);
    expect(() => Template.fromStack(build('payments'))).not.toThrow();
  });
});

describe('an issuer that changes between two looks at the trust policy', () => {
  const importedIssuer = (name: string) => Fn.importValue(`issuer-${name}`);

  function app() {
    const root = new App();
    const stack = literalStack(root);
    let name = 'one';
    const url = Lazy.uncachedString({ produce: () => importedIssuer(name) });
    const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', url);
    const serviceAccounts = ['a', 'b'].map(serviceAccountName => new IrsaServiceAccount(stack, serviceAccountName, {
      oidcProvider, namespace: 'payments', serviceAccountName,
    }));
    const resolved = () => serviceAccounts
      .map(account => JSON.stringify(stack.resolve((account.role as IrsaRole).assumeRolePolicy)));
    const synthesized = () => Object.values<{ Type: string }>(
      root.synth({ force: true }).getStackArtifact(stack.artifactId).template.Resources,
    ).filter(({ Type }) => Type === 'AWS::IAM::Role').map(resource => JSON.stringify(resource));
    return {
      resolved,
      synthesized,
      rename: () => {
        name = 'two';
      },
    };
  }

  const all = (texts: string[], name: string) => texts.length === 2 && texts.every(text => (
    text.includes(`issuer-${name}`) && !text.includes(`issuer-${name === 'one' ? 'two' : 'one'}`)));

  test('is the new one in the next synth', () => {
    const { synthesized, rename } = app();
    expect(all(synthesized(), 'one')).toBe(true);
    rename();
    expect(all(synthesized(), 'two')).toBe(true);
  });

  test('is the new one for whoever resolves the document before the synth', () => {
    const { resolved, synthesized, rename } = app();
    expect(all(resolved(), 'one')).toBe(true);
    rename();
    expect(all(resolved(), 'two')).toBe(true);
    expect(all(synthesized(), 'two')).toBe(true);
  });

  test('is the new one for whoever resolves the document after the synth', () => {
    const { resolved, synthesized, rename } = app();
    expect(all(synthesized(), 'one')).toBe(true);
    rename();
    expect(all(resolved(), 'two')).toBe(true);
  });
});

test('an issuer that changes is the new one in a synth without validation', () => {
  const app = new App();
  const stack = literalStack(app);
  let name = 'one';
  const url = Lazy.uncachedString({ produce: () => Fn.importValue(name) });
  role(stack, ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', url));
  const trust = (skipValidation: boolean) => JSON.stringify(
    app.synth({ force: true, skipValidation }).getStackArtifact(stack.artifactId).template.Resources,
  );
  expect(trust(false)).toContain('{"Fn::ImportValue":"one"}');
  name = 'two';
  const changed = trust(true);
  expect(changed).toContain('{"Fn::ImportValue":"two"}');
  expect(changed).not.toContain('"one"');
});

test('each stack of an app has its own name for the issuer of a cluster', () => {
  const app = new App();
  const clusters = literalStack(app, 'Clusters');
  const oidcProvider = deferredProvider(clusters);
  const trustIn = (stack: Stack) => {
    const serviceAccountName = stack.node.id.toLowerCase();
    new IrsaServiceAccount(stack, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName });
  };
  const stacks = [clusters, literalStack(app, 'One'), literalStack(app, 'Two')];
  stacks.forEach(trustIn);
  const assembly = app.synth();
  const trusts = stacks.map(({ artifactId }) => JSON.stringify(
    Object.values<{ Type: string }>(assembly.getStackArtifact(artifactId).template.Resources)
      .find(({ Type }) => Type === 'AWS::IAM::Role'),
  ));
  expect(trusts.map(text => text.includes('Fn::GetAtt'))).toEqual([true, false, false]);
  expect(trusts.map(text => text.includes('Fn::ImportValue'))).toEqual([false, true, true]);
});

test('a number token in a name is the same in the trust policy and the manifest', () => {
  const app = new App();
  const stack = literalStack(app);
  const serviceAccountName = `api-${Token.asNumber(Lazy.number({ produce: () => 5 }))}`;
  new IrsaServiceAccount(stack, 'Api', {
    oidcProvider: literalProvider(stack), namespace: 'payments', serviceAccountName,
  });
  const { directory } = app.synth();
  expect(letsIn(trustPolicy(stack), { ...TOKEN, sub: 'system:serviceaccount:payments:api-5' })).toBe(true);
  expect(readFileSync(join(directory, 'Stack.k8s.yaml'), 'utf8')).toContain('  name: api-5\n');
});
