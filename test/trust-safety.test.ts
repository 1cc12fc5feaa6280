/**
 * Ways past the checks of a trust policy, one test for each class. What is synthesized all the same is deployed by the
 * judge with values that an attacker would choose, and IAM's engine decides who can assume the role: nobody but those
 * who were named.
 */
import {
  Annotations,
  App,
  Aws,
  CfnCondition,
  CfnMapping,
  CfnOutput,
  CfnParameter,
  Fn,
  Lazy,
  NestedStack,
  SecretValue,
  Stack,
  Token,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { deployed, Deployment } from './judges/deployment';
import { letsIn, letsPodIn, letsPrincipalIn } from './judges/iam-simulator';
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
  trustPolicies,
  warnings,
} from './support';
import {
  ClusterOidcProvider,
  IrsaRole,
  IrsaServiceAccount,
  PodIdentityServiceAccount,
  ServiceAccountSubject,
  TrustPolicy,
} from '../src';

const CLUSTER_ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/production`;
const ONE = ServiceAccountSubject.exact('payments', 'api');
const SUB = 'system:serviceaccount:payments:api';
const AUDIENCE = 'sts.amazonaws.com';

/** What an attacker asks with. */
interface Attack {
  readonly deployment?: Partial<Deployment>;
  readonly token?: { readonly sub?: string; readonly aud?: string };
  readonly pod?: { readonly namespace?: string; readonly serviceAccount?: string; readonly clusterArn?: string };
  readonly principal?: string;
}

const PSEUDO = { 'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws', 'AWS::Region': REGION };

/**
 * The message with which synth refuses; or, when it does not, whether the attacker can assume a role of the template.
 */
function outcome(
  stack: Stack,
  { deployment = {}, token, pod, principal }: Attack,
): string | { readonly attackerAdmitted: boolean } {
  let policies: any[];
  try {
    policies = Object.values(trustPolicies(stack));
  } catch (error) {
    return (error as Error).message;
  }
  const admitted = policies.some(policy => {
    const document = deployed(policy, { ...deployment, values: { ...PSEUDO, ...deployment.values } });
    const trust = typeof document === 'string' ? JSON.parse(document) : document;
    return (
      (token !== undefined
        && letsIn(trust, { providerArn: PROVIDER_ARN, issuer: ISSUER, aud: AUDIENCE, sub: SUB, ...token }))
      || (pod !== undefined && letsPodIn(trust, { clusterArn: CLUSTER_ARN, account: ACCOUNT, ...pod }))
      || (principal !== undefined && letsPrincipalIn(trust, principal))
    );
  });
  return { attackerAdmitted: admitted };
}

/** Newer versions of the CDK have warnings of their own about parameters and exports. */
const ownWarnings = (stack: Stack) => warnings(stack).filter(text => text.includes('cdk-irsa:'));
const roleWith = (stack: Stack, trust: TrustPolicy) => new IrsaRole(stack, 'Role', { trust });
const condition = (stack: Stack) =>
  new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals(Aws.REGION, 'x') });
const EVIL = 'arn:aws:iam::999999999999:role/evil';
/** Closes the JSON string that it is pasted into, and adds a statement for another account. */
const INJECTED =
  'x","z:sub":"q"}},"Effect":"Allow","Principal":{"Federated":"a"}},'
  + `{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"AWS":"${EVIL}"}},`
  + '{"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"w:aud":"';

describe('a value that can be missing at deployment', () => {
  const missing: [string, (literal: string) => string][] = [
    ['AWS::NoValue', () => Aws.NO_VALUE],
    ['a branch of Fn::If', literal => Fn.conditionIf('Prod', literal, Aws.NO_VALUE).toString()],
    [
      'a branch of a nested Fn::If',
      literal => Fn.conditionIf('Prod', literal, Fn.conditionIf('Prod', literal, Aws.NO_VALUE)).toString(),
    ],
    ['a part of a join', literal => `${literal}${Fn.conditionIf('Prod', '', Aws.NO_VALUE)}`],
  ];
  const places: [string, (stack: Stack, value: (literal: string) => string) => void, Attack][] = [
    [
      'namespace of addPodIdentity',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addPodIdentity({
            clusterArn: CLUSTER_ARN,
            subjects: [ServiceAccountSubject.exact(value('payments'), 'api')],
          }),
        ),
      { pod: { namespace: 'evil', serviceAccount: 'api' } },
    ],
    [
      'name of addPodIdentity',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addPodIdentity({
            clusterArn: CLUSTER_ARN,
            subjects: [ServiceAccountSubject.exact('payments', value('api'))],
          }),
        ),
      { pod: { namespace: 'payments', serviceAccount: 'evil' } },
    ],
    [
      'clusterArn',
      (stack, value) =>
        roleWith(stack, new TrustPolicy().addPodIdentity({ clusterArn: value(CLUSTER_ARN), subjects: [ONE] })),
      { pod: { namespace: 'payments', serviceAccount: 'api', clusterArn: CLUSTER_ARN.replace('production', 'evil') } },
    ],
    [
      'namespace of PodIdentityServiceAccount',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: 'production',
          namespace: value('payments'),
          serviceAccountName: 'api',
        }),
      { pod: { namespace: 'evil', serviceAccount: 'api' } },
    ],
    [
      'clusterName',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: value('production'),
          namespace: 'payments',
          serviceAccountName: 'api',
        }),
      {},
    ],
    [
      'targetRole',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: 'production',
          namespace: 'payments',
          serviceAccountName: 'api',
          targetRole: {
            ...iam.Role.fromRoleArn(stack, 'Target', 'arn:aws:iam::444455556666:role/target'),
            roleArn: value('arn:aws:iam::444455556666:role/target'),
          } as iam.IRole,
        }),
      {},
    ],
    [
      'audience',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE], { audience: value(AUDIENCE) }),
        ),
      { token: { aud: 'vault' } },
    ],
    [
      'audience of IrsaServiceAccount',
      (stack, value) =>
        void new IrsaServiceAccount(stack, 'Sa', {
          oidcProvider: literalProvider(stack),
          namespace: 'payments',
          serviceAccountName: 'api',
          audience: value(AUDIENCE),
        }),
      { token: { aud: 'vault' } },
    ],
    [
      'namespace',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(literalProvider(stack), [
            ServiceAccountSubject.exact(value('payments'), 'api'),
          ]),
        ),
      {},
    ],
    [
      'issuerUrl',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(literalProvider(stack, 'Oidc', value(`https://${ISSUER}`)), [ONE]),
        ),
      {},
    ],
    [
      'providerArn',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(
            ClusterOidcProvider.fromProviderArn(stack, 'Oidc', value(PROVIDER_ARN)),
            [ONE],
          ),
        ),
      {},
    ],
    [
      'the provider beside an existing role',
      (stack, value) =>
        void new IrsaServiceAccount(stack, 'Sa', {
          oidcProvider: ClusterOidcProvider.fromProviderArn(stack, 'Oidc', value(PROVIDER_ARN)),
          namespace: 'payments',
          serviceAccountName: 'api',
          role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/existing`),
        }),
      {},
    ],
    [
      'issuerUrl of a new provider',
      (stack, value) => void new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: value(`https://${ISSUER}`) }),
      {},
    ],
    [
      'audiences of a new provider',
      (stack, value) =>
        void new ClusterOidcProvider(stack, 'Oidc', {
          issuerUrl: `https://${ISSUER}`,
          audiences: ['vault', value(AUDIENCE)],
        }),
      {},
    ],
    [
      'audiences of a new provider, as a whole',
      (stack, value) =>
        void new ClusterOidcProvider(stack, 'Oidc', {
          issuerUrl: `https://${ISSUER}`,
          audiences: Token.asList(Fn.split(',', value(AUDIENCE))),
        }),
      {},
    ],
  ];

  const cases = places.flatMap(([place, build, attack]) =>
    missing.map(([form, value]): [string, string, typeof build, typeof value, Attack] => [
      place,
      form,
      build,
      value,
      attack,
    ]),
  );

  test.each(cases)(
    '%s: %s is refused', (_place, _form, build, value, attack) => {
      const stack = literalStack();
      condition(stack);
      build(stack, value);
      expect(outcome(stack, { deployment: { conditions: { Prod: false } }, ...attack })).toContain(
        'must always have a value, got: "AWS::NoValue"',
      );
    });

  const single = places.filter(([place]) => place !== 'audiences of a new provider, as a whole');
  test.each(single)('%s: a token that resolves to nothing is refused', (_place, build, attack) => {
    const stack = literalStack();
    build(stack, () => Lazy.string({ produce: () => undefined }));
    expect(outcome(stack, attack)).toMatch(/must (always have a value|be given), got: nothing/);
  });

  test.each<[string, any, string]>([
    ['a number', 42, 'must be the ARN of an EKS cluster'],
    ['a list', [CLUSTER_ARN, CLUSTER_ARN.replace('production', 'evil')], 'must be text'],
  ])('the ARN of a cluster that resolves to %s is refused', (_, value, message) => {
    const stack = literalStack();
    const clusterArn = Token.asString(Lazy.any({ produce: () => value }));
    roleWith(stack, new TrustPolicy().addPodIdentity({ clusterArn, subjects: [ONE] }));
    expect(outcome(stack, {})).toContain(message);
  });

  test('an external ID that resolves to nothing is refused', () => {
    const stack = literalStack();
    const externalId = Lazy.string({ produce: () => undefined });
    roleWith(stack, new TrustPolicy().addPrincipal(new iam.ArnPrincipal(EVIL), { externalId }));
    expect(outcome(stack, { principal: EVIL })).toContain('`externalId` must always have a value, got: nothing');
  });

  test.each<[string, any]>([
    ['a value', { StringEquals: { 'aws:PrincipalOrgID': Fn.conditionIf('Prod', 'o-1', Aws.NO_VALUE) } }],
    [
      'a token that resolves to nothing',
      { StringEquals: { 'aws:PrincipalOrgID': Lazy.string({ produce: () => undefined }) } },
    ],
    [
      'a list that is left out when it is empty',
      { StringEquals: { 'aws:PrincipalOrgID': Lazy.list({ produce: () => [] }, { omitEmpty: true }) } },
    ],
    [
      'every value of a list',
      { StringEquals: { 'aws:PrincipalOrgID': [Fn.conditionIf('Prod', 'o-1', Aws.NO_VALUE)] } },
    ],
    ['the operator', { StringEquals: Fn.conditionIf('Prod', { 'aws:PrincipalOrgID': 'o-1' }, Aws.NO_VALUE) }],
    [
      'a raw intrinsic',
      { StringEquals: { 'aws:PrincipalOrgID': { 'Fn::If': ['Prod', 'o-1', { Ref: 'AWS::NoValue' }] } } },
    ],
  ])('a condition written by hand does not limit everybody when it may be missing: %s', (_, Condition) => {
    const stack = literalStack();
    condition(stack);
    const role = roleWith(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    role.assumeRolePolicy!.addStatements(
      iam.PolicyStatement.fromJson({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition }),
    );
    expect(outcome(stack, { deployment: { conditions: { Prod: false } }, principal: EVIL })).toContain(
      'must not be everyone without a condition on the caller',
    );
  });

  test('one of several values may be missing: the others still limit', () => {
    const stack = literalStack();
    condition(stack);
    const values = ['o-1', Fn.conditionIf('Prod', 'o-2', Aws.NO_VALUE)];
    roleWith(
      stack,
      new TrustPolicy().addPrincipal(
        new iam.AnyPrincipal().withConditions({ StringEquals: { 'aws:PrincipalOrgID': values } }),
      ),
    );
    expect(outcome(stack, { deployment: { conditions: { Prod: false } }, principal: EVIL })).toEqual({
      attackerAdmitted: false,
    });
  });

  test.each<[string, any]>([
    [
      'sub',
      { StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: Fn.conditionIf('Prod', SUB, Aws.NO_VALUE) } },
    ],
    [
      'aud',
      { StringEquals: { [`${ISSUER}:aud`]: Fn.conditionIf('Prod', AUDIENCE, Aws.NO_VALUE), [`${ISSUER}:sub`]: SUB } },
    ],
    [
      'both',
      { StringEquals: Fn.conditionIf('Prod', { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: SUB }, Aws.NO_VALUE) },
    ],
  ])('nor a web identity: %s', (_, Condition) => {
    const stack = literalStack();
    condition(stack);
    const role = roleWith(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    role.assumeRolePolicy!.addStatements(
      iam.PolicyStatement.fromJson({
        Effect: 'Allow',
        Principal: { Federated: PROVIDER_ARN },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition,
      }),
    );
    expect(
      outcome(stack, {
        deployment: { conditions: { Prod: false } },
        token: { sub: 'system:serviceaccount:evil:x', aud: 'vault' },
      }),
    ).toContain('must have conditions on');
  });
});

describe('a value that CloudFormation replaces at deployment', () => {
  const values: [string, (stack: Stack) => string][] = [
    ['a dynamic reference as text', () => '{{resolve:ssm:/aud:1}}'],
    ['a dynamic reference to a secret', () => '{{resolve:secretsmanager:aud}}'],
    [
      'a parameter of the Parameter Store with a version',
      stack =>
        ssm.StringParameter.fromStringParameterAttributes(stack, 'Ssm', { parameterName: '/aud', version: 1 })
          .stringValue,
    ],
    ['a secret', () => SecretValue.secretsManager('aud').unsafeUnwrap()],
    ['a dynamic reference in two halves', () => Fn.join('', ['{{resolve', ':ssm:/aud:1}}'])],
    ['a dynamic reference around a token', () => `{{resolve:ssm:/${Aws.STACK_NAME}:1}}`],
    ['a branch with a dynamic reference', () => Fn.conditionIf('Prod', 'a', '{{resolve:ssm:/aud:1}}').toString()],
    ['Fn::FindInMap', stack => new CfnMapping(stack, 'Map', { mapping: { a: { b: '*' } } }).findInMap('a', Aws.REGION)],
    ['Fn::Base64', () => Fn.base64('x')],
    ['Fn::Transform', () => Token.asString({ 'Fn::Transform': { Name: 'Macro' } })],
    ['Fn::ToJsonString', () => Token.asString({ 'Fn::ToJsonString': { a: 'b' } })],
    ['a function that nobody knows', () => Token.asString({ 'Fn::Unheard': [] })],
  ];
  const places: [string, (stack: Stack, value: string) => void][] = [
    [
      'audience, literal issuer',
      (stack, value) =>
        void new IrsaServiceAccount(stack, 'Sa', {
          oidcProvider: literalProvider(stack),
          namespace: 'payments',
          serviceAccountName: 'api',
          audience: value,
        }),
    ],
    [
      'audience, deferred issuer',
      (stack, value) =>
        roleWith(stack, new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE], { audience: value })),
    ],
    [
      'namespace',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ServiceAccountSubject.exact(value, 'api')]),
        ),
    ],
    [
      'name pattern',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(literalProvider(stack), [
            ServiceAccountSubject.matching('payments', value),
          ]),
        ),
    ],
    [
      'clusterArn',
      (stack, value) => roleWith(stack, new TrustPolicy().addPodIdentity({ clusterArn: value, subjects: [ONE] })),
    ],
    [
      'clusterName',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: value,
          namespace: 'payments',
          serviceAccountName: 'api',
        }),
    ],
    [
      'issuerUrl',
      (stack, value) =>
        roleWith(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack, 'Oidc', value), [ONE])),
    ],
    [
      'providerArn',
      (stack, value) =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(ClusterOidcProvider.fromProviderArn(stack, 'Oidc', value), [ONE]),
        ),
    ],
  ];

  const cases = places.flatMap(([place, build]) =>
    values.map(([form, value]): [string, string, typeof build, typeof value] => [place, form, build, value]));

  test.each(cases)(
    '%s: %s is refused', (_place, _form, build, value) => {
      const attempt = () => {
        const stack = agnosticStack();
        condition(stack);
        build(stack, value(stack));
        return Template.fromStack(stack);
      };
      expect(attempt).toThrow(
        /must (not be a dynamic reference|contain only literals and|be the ARN|be the name|start with|be a |be 1 to 255 visible|contain only valid)/,
      );
    });

  test('the message names the function', () => {
    const stack = agnosticStack();
    roleWith(
      stack,
      new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE], {
        audience: Fn.findInMap('Map', Aws.REGION, 'aud'),
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `audience` must contain only literals and Ref, Fn::GetAtt, Fn::ImportValue, Fn::Join, Fn::If, '
        + 'Fn::Select, Fn::Split, Fn::Sub, got: "Fn::FindInMap". The result of this function cannot be checked '
        + 'at synth time.',
    );
  });

  test('a parameter of the Parameter Store cannot rewrite the policy', () => {
    const stack = agnosticStack();
    const audience = ssm.StringParameter.fromStringParameterAttributes(stack, 'Ssm', {
      parameterName: '/aud',
      version: 1,
    }).stringValue;
    roleWith(stack, new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE], { audience }));
    expect(
      outcome(stack, {
        deployment: {
          values: { 'Cluster.OpenIdConnectIssuerUrl': `https://${ISSUER}` },
          dynamic: { 'ssm:/aud:1': INJECTED },
        },
        principal: EVIL,
      }),
    ).toContain('`audience` must not be a dynamic reference');
  });

  test.each<[string, any]>([
    ['as text', '{{resolve:ssm:/ext:1}}'],
    ['from a token', SecretValue.ssmSecure('/ext', '1').unsafeUnwrap()],
  ])('a dynamic reference in a statement of the user is refused where the policy is a text: %s', (_, externalId) => {
    const chained = (stack: Stack, provider: iam.IOpenIdConnectProvider) =>
      roleWith(
        stack,
        new TrustPolicy()
          .addServiceAccounts(provider, [ONE])
          .addPrincipal(
            new iam.AccountPrincipal(ACCOUNT).withConditions({ StringEquals: { 'sts:ExternalId': externalId } }),
          ),
      );
    const deferred = agnosticStack();
    chained(deferred, deferredProvider(deferred));
    expect(() => Template.fromStack(deferred)).toThrow('`assumeRolePolicy` must not be a dynamic reference');
    // In an object CloudFormation keeps it apart from the rest.
    const literal = literalStack();
    chained(literal, literalProvider(literal));
    expect(() => Template.fromStack(literal)).not.toThrow();
  });

  test('a manifest does not hold it as text', () => {
    const stack = literalStack();
    const annotations = {
      note: ssm.StringParameter.fromStringParameterAttributes(stack, 'Ssm', { parameterName: '/note', version: 1 })
        .stringValue,
    };
    new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'api',
      annotations,
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '`metadata.annotations.note of ServiceAccount payments/api` must be known at synth time, got: '
        + '"{{resolve:ssm:/note:1}}"',
    );
  });

  test('nor does the output of a stack', () => {
    const stack = agnosticStack();
    new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'api',
      annotations: { note: '{{resolve:ssm:/note:1}}' },
    });
    expect(() => Template.fromStack(stack)).toThrow('must not be a dynamic reference');
  });
});

describe('an unrestricted parameter that arrives indirectly', () => {
  type Way = (source: Stack, parameter: CfnParameter) => string;
  const ways: [string, Way][] = [
    ['a reference across stacks', (_, parameter) => parameter.valueAsString],
    ['exportValue', (source, parameter) => source.exportValue(parameter.valueAsString)],
    ['exportValue with a name', (source, parameter) => source.exportValue(parameter.valueAsString, { name: 'named' })],
    [
      'importValue of an output',
      (source, parameter) =>
        new CfnOutput(source, 'Out', { value: parameter.valueAsString, exportName: 'out' }).importValue,
    ],
    [
      'Fn::ImportValue by name',
      (source, parameter) => {
        new CfnOutput(source, 'Out', { value: parameter.valueAsString, exportName: 'out' });
        return Fn.importValue('out');
      },
    ],
    [
      'Fn::ImportValue by a deferred name',
      (source, parameter) => {
        new CfnOutput(source, 'Out', { value: parameter.valueAsString, exportName: Fn.join('-', ['out', Aws.REGION]) });
        return Fn.importValue(Fn.join('-', ['out', Aws.REGION]));
      },
    ],
    [
      'an export of an export',
      (source, parameter) => {
        const middle = new Stack(Stack.of(source).node.root as App, 'Middle');
        return middle.exportValue(source.exportValue(parameter.valueAsString, { name: 'first' }), { name: 'second' });
      },
    ],
    [
      'the attribute of a StringParameter',
      (source, parameter) =>
        new ssm.StringParameter(source, 'Ssm', { stringValue: parameter.valueAsString }).stringValue,
    ],
    [
      'the attribute of a StringParameter that repeats another',
      (source, parameter) =>
        new ssm.StringParameter(source, 'Ssm', {
          stringValue: new ssm.StringParameter(source, 'First', { stringValue: parameter.valueAsString }).stringValue,
        }).stringValue,
    ],
    [
      'an override of a StringParameter',
      (source, parameter) => {
        const repeated = new ssm.CfnParameter(source, 'Ssm', { type: 'String', value: 'x' });
        repeated.addPropertyOverride('Value', parameter.valueAsString);
        return repeated.attrValue;
      },
    ],
    [
      'the output of a nested stack',
      (source, parameter) => {
        const nested = new NestedStack(source, 'Nested');
        new CfnOutput(nested, 'Out', { value: parameter.valueAsString }).overrideLogicalId('Out');
        return nested.nestedStackResource!.getAtt('Outputs.Out').toString();
      },
    ],
    [
      'a branch of Fn::If',
      (source, parameter) => Fn.conditionIf('Prod', 'a', source.exportValue(parameter.valueAsString)).toString(),
    ],
  ];
  const build = (way: Way, props: object, use: (stack: Stack, value: string) => void) => {
    const app = new App();
    const source = agnosticStack(app, 'Source');
    const value = way(source, new CfnParameter(source, 'Open', props));
    const stack = agnosticStack(app);
    condition(stack);
    use(stack, value);
    return stack;
  };

  test.each(ways)('%s is refused in a namespace', (_, way) => {
    const stack = build(way, {}, (own, value) =>
      roleWith(
        own,
        new TrustPolicy().addServiceAccounts(deferredProvider(own), [ServiceAccountSubject.exact(value, 'api')]),
      ),
    );
    expect(() => Template.fromStack(stack)).toThrow('`namespace (parameter Source/Open)` must have an allowedPattern');
  });

  test.each(ways)('%s is refused in an issuer', (_, way) => {
    const stack = build(way, {}, (own, value) =>
      roleWith(own, new TrustPolicy().addServiceAccounts(literalProvider(own, 'Oidc', value), [ONE])),
    );
    expect(() => Template.fromStack(stack)).toThrow('(parameter Source/Open)` must have an allowedPattern');
  });

  test.each(ways)('%s passes with a safe pattern, without a warning', (_, way) => {
    const stack = build(way, { allowedPattern: SAFE_PATTERN }, (own, value) =>
      roleWith(
        own,
        new TrustPolicy().addServiceAccounts(deferredProvider(own), [ServiceAccountSubject.exact(value, 'api')]),
      ),
    );
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(ownWarnings(stack)).toEqual([]);
  });

  test('and a literal that is a wildcard is found behind an export, too', () => {
    const stack = build(
      source => new ssm.StringParameter(source, 'Ssm', { stringValue: '*' }).stringValue,
      {},
      (own, value) =>
        roleWith(
          own,
          new TrustPolicy().addServiceAccounts(literalProvider(own), [ServiceAccountSubject.anyInNamespace(value)]),
        ),
    );
    expect(() => Template.fromStack(stack)).toThrow('`namespace` must contain only valid characters');
  });

  test('attributes of services are identifiers, whatever names the parameters give', () => {
    const stack = agnosticStack();
    const own = cluster(stack);
    own.name = new CfnParameter(stack, 'Name').valueAsString;
    own.version = new CfnParameter(stack, 'Version').valueAsString;
    const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: own.attrOpenIdConnectIssuerUrl });
    roleWith(
      stack,
      new TrustPolicy()
        .addServiceAccounts(oidcProvider, [ONE])
        .addPodIdentity({ clusterArn: own.attrArn, subjects: [ONE] }),
    );
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(ownWarnings(stack)).toEqual([]);
  });
});

describe('a value of another app', () => {
  const imported = Fn.importValue('FromElsewhere');

  test.each<[string, (stack: Stack) => void]>([
    [
      'issuerUrl',
      stack => roleWith(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack, 'Oidc', imported), [ONE])),
    ],
    [
      'providerArn',
      stack =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(ClusterOidcProvider.fromProviderArn(stack, 'Oidc', imported), [ONE]),
        ),
    ],
    ['a role for chaining', stack => roleWith(stack, new TrustPolicy().addPrincipal(new iam.ArnPrincipal(imported)))],
    [
      'targetRole',
      stack =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: 'production',
          namespace: 'payments',
          serviceAccountName: 'api',
          targetRole: iam.Role.fromRoleArn(stack, 'T', imported),
        }),
    ],
  ])('is trusted silently: %s', (_, build) => {
    const stack = literalStack();
    build(stack);
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(ownWarnings(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => void]>([
    [
      'namespace',
      stack =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(literalProvider(stack), [ServiceAccountSubject.exact(imported, 'api')]),
        ),
    ],
    [
      'serviceAccountName',
      stack =>
        roleWith(
          stack,
          new TrustPolicy().addServiceAccounts(literalProvider(stack), [
            ServiceAccountSubject.exact('payments', imported),
          ]),
        ),
    ],
    [
      'audience',
      stack =>
        roleWith(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE], { audience: imported })),
    ],
    [
      'clusterArn',
      stack => roleWith(stack, new TrustPolicy().addPodIdentity({ clusterArn: imported, subjects: [ONE] })),
    ],
    [
      'clusterArn',
      stack =>
        roleWith(
          stack,
          new TrustPolicy().addPodIdentity({
            clusterArn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/${imported}`,
            subjects: [ONE],
          }),
        ),
    ],
  ])('raises a warning that can be acknowledged: %s', (property, build) => {
    const stack = literalStack();
    build(stack);
    expect(warnings(stack)).toEqual([
      expect.stringContaining(
        `\`${property}\` comes from the export "FromElsewhere" of another app, so cdk-irsa cannot check it`,
      ),
    ]);
    const acknowledged = literalStack();
    Annotations.of(acknowledged).acknowledgeWarning('cdk-irsa:unverified-value', 'the platform team owns that export');
    build(acknowledged);
    expect(warnings(acknowledged)).toEqual([]);
  });
});

describe('what is unknown counts as dangerous', () => {
  const added = (statement: any) => {
    const stack = literalStack();
    condition(stack);
    new CfnParameter(stack, 'Open');
    new CfnParameter(stack, 'Safe', { allowedPattern: SAFE_PATTERN });
    const role = roleWith(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    role.assumeRolePolicy!.addStatements(iam.PolicyStatement.fromJson(statement));
    return stack;
  };
  const allow = Fn.conditionIf('Prod', 'Allow', 'Deny');
  const star = Fn.conditionIf('Prod', '*', 'arn:aws:iam::111122223333:root').toString();

  test.each<[string, any, Attack, string]>([
    [
      'Effect by Fn::If',
      { Effect: allow, Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
      { principal: EVIL },
      'must not be everyone',
    ],
    [
      'Effect by a raw intrinsic',
      { Effect: { 'Fn::If': ['Prod', 'Allow', 'Deny'] }, Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
      { principal: EVIL },
      'must not be everyone',
    ],
    [
      'Effect by a parameter',
      { Effect: { Ref: 'Safe' }, Principal: { Federated: PROVIDER_ARN }, Action: 'sts:AssumeRoleWithWebIdentity' },
      { deployment: { values: { Safe: 'Allow' } }, token: { sub: 'system:serviceaccount:evil:x' } },
      'must have conditions on',
    ],
    [
      'Effect, and everybody by token',
      { Effect: allow, Principal: { Federated: PROVIDER_ARN }, Action: 'sts:AssumeRoleWithWebIdentity' },
      { token: { sub: 'evil' } },
      'must have conditions on',
    ],
    [
      'Principal by Fn::If',
      { Effect: 'Allow', Principal: { AWS: star }, Action: 'sts:AssumeRole' },
      { principal: EVIL },
      'must not be everyone',
    ],
    [
      'Principal by Fn::If, last in a list',
      { Effect: 'Allow', Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:role/a`, star] }, Action: 'sts:AssumeRole' },
      { principal: EVIL },
      'must not be everyone',
    ],
    [
      'Principal by an open parameter',
      { Effect: 'Allow', Principal: { AWS: { Ref: 'Open' } }, Action: 'sts:AssumeRole' },
      { deployment: { values: { Open: '*' } }, principal: EVIL },
      'must not be everyone',
    ],
    [
      'Principal by a dynamic reference',
      { Effect: 'Allow', Principal: { AWS: '{{resolve:ssm:/p:1}}' }, Action: 'sts:AssumeRole' },
      { deployment: { dynamic: { 'ssm:/p:1': '*' } }, principal: EVIL },
      'must not be everyone',
    ],
    [
      'Action by a parameter',
      { Effect: 'Allow', Principal: { Federated: PROVIDER_ARN }, Action: Fn.ref('Safe') },
      { deployment: { values: { Safe: 'sts:AssumeRoleWithWebIdentity' } }, token: { sub: 'evil' } },
      'must have conditions on',
    ],
    [
      'Action by Fn::If, last in a list',
      {
        Effect: 'Allow',
        Principal: { Federated: PROVIDER_ARN },
        Action: [
          'sts:TagSession',
          Fn.conditionIf('Prod', 'sts:AssumeRoleWithWebIdentity', 'sts:TagSession').toString(),
        ],
      },
      { token: { sub: 'evil' } },
      'must have conditions on',
    ],
    [
      'a condition value by an open parameter',
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'sts:AssumeRole',
        Condition: { StringLike: { 'aws:PrincipalArn': { Ref: 'Open' } } },
      },
      { deployment: { values: { Open: '*' } } },
      'must not be everyone',
    ],
    [
      'sub by an open parameter',
      {
        Effect: 'Allow',
        Principal: { Federated: PROVIDER_ARN },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${ISSUER}:aud`]: AUDIENCE },
          StringLike: { [`${ISSUER}:sub`]: { Ref: 'Open' } },
        },
      },
      { deployment: { values: { Open: '*' } }, token: { sub: 'evil' } },
      'must have conditions on',
    ],
    [
      'a pattern of another app',
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'sts:AssumeRole',
        Condition: { ArnLike: { 'aws:PrincipalArn': { 'Fn::ImportValue': 'Elsewhere' } } },
      },
      { deployment: { exports: { Elsewhere: '*' } } },
      'must not be everyone',
    ],
  ])('%s', (_, statement, attack, message) => {
    expect(
      outcome(added(statement), { ...attack, deployment: { conditions: { Prod: true }, ...attack.deployment } }),
    ).toContain(message);
  });

  test.each<[string, any]>([
    [
      'Effect that is Deny in both branches',
      { Effect: Fn.conditionIf('Prod', 'Deny', 'Deny'), Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    ],
    ['Deny of everybody', { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
    ['Deny of everybody, listed', { Effect: 'Deny', Principal: { AWS: ['*'] }, Action: 'sts:*' }],
    [
      'an account by a parameter',
      {
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${Open}:root' } },
        Action: 'sts:AssumeRole',
      },
    ],
    [
      'a principal with a safe pattern',
      { Effect: 'Allow', Principal: { AWS: { Ref: 'Safe' } }, Action: 'sts:AssumeRole' },
    ],
    [
      'a choice of two accounts',
      {
        Effect: 'Allow',
        Principal: { AWS: Fn.conditionIf('Prod', '111122223333', '444455556666') },
        Action: 'sts:AssumeRole',
      },
    ],
    [
      'an organization by a parameter with a safe pattern',
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': { Ref: 'Safe' } } },
      },
    ],
    [
      'an organization of another app',
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': { 'Fn::ImportValue': 'Org' } } },
      },
    ],
  ])('is not refused: %s', (_, statement) => {
    expect(() => Template.fromStack(added(statement))).not.toThrow();
  });
});

describe('conditions that exclude nobody', () => {
  const added = (principal: iam.IPrincipal) => {
    const stack = literalStack();
    const role = roleWith(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    role.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: [principal.assumeRoleAction],
        principals: [principal],
        conditions: (principal.policyFragment as any).conditions,
      }),
    );
    return stack;
  };
  const webIdentity = (operator: string, sub: string, aud = AUDIENCE) =>
    new iam.WebIdentityPrincipal(PROVIDER_ARN, {
      StringEquals: { [`${ISSUER}:aud`]: aud },
      [operator]: { ...(operator === 'StringEquals' && { [`${ISSUER}:aud`]: aud }), [`${ISSUER}:sub`]: sub },
    });

  test.each<[string, iam.IPrincipal]>([
    ['sub is its own variable', webIdentity('StringEquals', `\${${ISSUER}:sub}`)],
    ['sub is like its own variable', webIdentity('StringLike', `\${${ISSUER}:sub}`)],
    ['sub holds a variable', webIdentity('StringEquals', `\${${ISSUER}:sub, 'x'}`)],
    ['sub is another variable', webIdentity('StringEquals', '${aws:userid}')],
    ['aud is its own variable', webIdentity('StringEquals', SUB, `\${${ISSUER}:aud}`)],
  ])('%s', (_, principal) => {
    expect(outcome(added(principal), { token: { sub: 'system:serviceaccount:evil:x' } })).toContain(
      'must have conditions on',
    );
    expect(() => new TrustPolicy().addPrincipal(principal)).toThrow('must have conditions on');
  });

  const everybody = (conditions: Record<string, any>) => new iam.AnyPrincipal().withConditions(conditions);
  test.each<[string, Record<string, any>]>([
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'true' } }],
    ['Null', { Null: { 'aws:PrincipalArn': 'false' } }],
    ['two stars', { StringLike: { 'aws:PrincipalArn': '**' } }],
    ['three stars', { ArnLike: { 'aws:PrincipalArn': '***' } }],
    ['an ARN of any account', { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:*' } }],
    ['a role name in any account', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin' } }],
    ['an account somewhere in the ARN', { StringLike: { 'aws:PrincipalArn': '*111122223333*' } }],
    ['its own variable', { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }],
    ['any account', { StringLike: { 'aws:PrincipalAccount': '????????????' } }],
    ['any organization', { StringLike: { 'aws:PrincipalOrgID': 'o-*' } }],
    ['any path', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*/r-ab12/*' } }],
    ['IfExists', { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }],
    ['ForAllValues', { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/*' } }],
    ['what it is not', { StringNotEquals: { 'aws:PrincipalAccount': '444455556666' } }],
    ['a tag', { StringEquals: { 'aws:PrincipalTag/team': 'payments' } }],
    ['a request tag', { StringEquals: { 'aws:RequestTag/team': 'payments' } }],
    ['a session name', { StringEquals: { 'sts:RoleSessionName': 'payments' } }],
    ['an external ID', { StringEquals: { 'sts:ExternalId': 'secret' } }],
    ['an IP address', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }],
    [
      'one good value, and a star last',
      { StringLike: { 'aws:PrincipalArn': [`arn:aws:iam::${ACCOUNT}:role/x`, '*'] } },
    ],
    ['no values', { StringEquals: { 'aws:PrincipalOrgID': [] } }],
  ])('everybody, with a condition on %s', (_, conditions) => {
    expect(() => new TrustPolicy().addPrincipal(everybody(conditions))).toThrow(
      'must not be everyone without a condition on the caller',
    );
    expect(outcome(added(everybody(conditions)), {})).toContain(
      'must not be everyone without a condition on the caller',
    );
  });

  test.each<[string, Record<string, any>]>([
    ['an organization', { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }],
    ['an organization, in other letters', { StringEquals: { 'AWS:principalorgid': 'o-1' } }],
    ['an account', { StringEquals: { 'aws:PrincipalAccount': ['111122223333', '444455556666'] } }],
    ['roles of an account', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } }],
    ['a role', { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/x` } }],
    ['a path of an organization', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/r-ab12/ou-1/*' } }],
    ['the organization of the role', { StringEquals: { 'aws:PrincipalOrgID': '${aws:ResourceOrgID}' } }],
    ['an organization, beside a tag', { StringEquals: { 'aws:PrincipalOrgID': 'o-1', 'aws:PrincipalTag/team': 'x' } }],
  ])('everybody of %s passes', (_, conditions) => {
    const stack = added(everybody(conditions));
    expect(outcome(stack, { principal: EVIL })).toEqual({ attackerAdmitted: false });
  });

  test.each<[string, any, string]>([
    [
      'a star last among principals',
      { Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:role/a`, '*'] }, Action: 'sts:AssumeRole' },
      'must not be everyone',
    ],
    [
      'a star beside a service',
      { Principal: { Service: 'ec2.amazonaws.com', AWS: '*' }, Action: 'sts:AssumeRole' },
      'must not be everyone',
    ],
    [
      'web identity last among actions',
      { Principal: { Federated: PROVIDER_ARN }, Action: ['sts:TagSession', 'sts:AssumeRoleWithWebIdentity'] },
      'must have conditions on',
    ],
    [
      'web identity first among actions',
      { Principal: { Federated: PROVIDER_ARN }, Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] },
      'must have conditions on',
    ],
    [
      'an OIDC provider behind Cognito',
      {
        Principal: { Federated: ['cognito-identity.amazonaws.com', PROVIDER_ARN] },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'pool' } },
      },
      'must have conditions on',
    ],
    [
      'an open sub last among subs',
      {
        Principal: { Federated: PROVIDER_ARN },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${ISSUER}:aud`]: AUDIENCE }, StringLike: { [`${ISSUER}:sub`]: [SUB, '*'] } },
      },
      'must have conditions on',
    ],
    ['NotPrincipal', { NotPrincipal: { AWS: EVIL }, Action: 'sts:AssumeRole' }, 'must not be everyone'],
    [
      'NotAction',
      { Principal: { Federated: PROVIDER_ARN }, NotAction: 'sts:TagSession' },
      'must have conditions on',
    ],
  ])('a list is judged by its worst member: %s', (_, statement, message) => {
    const stack = literalStack();
    roleWith(
      stack,
      new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]),
    ).assumeRolePolicy!.addStatements(iam.PolicyStatement.fromJson({ Effect: 'Allow', ...statement }));
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('a list of good values passes', () => {
    const stack = literalStack();
    const both = { StringEquals: { [`${ISSUER}:aud`]: [AUDIENCE], [`${ISSUER}:sub`]: [SUB, `${SUB}-2`] } };
    roleWith(stack, new TrustPolicy().addPrincipal(new iam.WebIdentityPrincipal(PROVIDER_ARN, both)));
    expect(outcome(stack, { token: { sub: 'evil' } })).toEqual({ attackerAdmitted: false });
  });

  test.each<[string, iam.IPrincipal]>([
    [
      'an OIDC provider',
      new iam.FederatedPrincipal(PROVIDER_ARN, {
        StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: SUB },
      }),
    ],
    [
      'Cognito',
      new iam.FederatedPrincipal('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': 'pool' },
      }),
    ],
    ['a SAML provider', new iam.FederatedPrincipal(`arn:aws:iam::${ACCOUNT}:saml-provider/idp`, {})],
  ])('%s with sts:AssumeRole, the default of CDK, admits nobody: an error', (_, principal) => {
    expect(() => new TrustPolicy().addPrincipal(principal)).toThrow(
      '`principal` must allow sts:AssumeRoleWithWebIdentity to a federated principal, got: "sts:AssumeRole". '
        + '' + 'sts:AssumeRole does not work with an identity provider. Use iam.WebIdentityPrincipal, or pass '
        + "'sts:AssumeRoleWithWebIdentity' as the third argument of "
        + 'iam.FederatedPrincipal',
    );
  });

  test('SAML by its own action, and tagging beside it, pass', () => {
    const saml = new iam.SamlPrincipal(
      iam.SamlProvider.fromSamlProviderArn(literalStack(), 'Saml', `arn:aws:iam::${ACCOUNT}:saml-provider/idp`),
      { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
    );
    expect(() => new TrustPolicy().addPrincipal(saml).addPrincipal(new iam.SessionTagsPrincipal(saml))).not.toThrow();
  });
});

describe('a literal text is not read as a variable of Fn::Sub', () => {
  test('that two tokens put together', () => {
    const stack = agnosticStack();
    const brace = Lazy.string({ produce: () => '{Issuer}' });
    const provider = deferredProvider(stack);
    roleWith(
      stack,
      new TrustPolicy()
        .addServiceAccounts(provider, [ONE])
        .addPrincipal(
          new iam.AccountPrincipal(ACCOUNT).withConditions({
            StringEquals: {
              'sts:ExternalId': `$${brace}-${Aws.ACCOUNT_ID}`,
              'sts:RoleSessionName': `${Aws.ACCOUNT_ID}${Lazy.string({ produce: () => '$' })}${brace}`,
            },
          }),
        ),
    );
    const [policy] = Object.values(trustPolicies(stack));
    const document = JSON.parse(
      deployed(policy, {
        values: {
          ...PSEUDO,
          [`${logicalId(stack, provider)}.Arn`]: PROVIDER_ARN,
          'Cluster.OpenIdConnectIssuerUrl': `https://${ISSUER}`,
        },
      }),
    );
    expect(document.Statement[1].Condition.StringEquals).toEqual({
      'sts:ExternalId': `\${Issuer}-${ACCOUNT}`,
      'sts:RoleSessionName': `${ACCOUNT}\${Issuer}`,
    });
  });
});
