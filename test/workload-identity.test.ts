import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ApiObject } from 'cdk8s';
import { letsPrincipalIn } from './judges/iam-simulator';
import { ACCOUNT, agnosticStack, deferredProvider, literalProvider, literalStack, trustPolicies } from './support';
import {
  IrsaAssertions,
  IrsaRole,
  IrsaServiceAccount,
  IrsaServiceAccountProps,
  IWorkloadIdentity,
  KubernetesManifests,
  PodIdentityServiceAccount,
  ServiceAccountSubject,
  TrustPolicy,
} from '../src';

const API = { namespace: 'payments', serviceAccountName: 'api' };

const byIrsa = (stack: Stack, id = 'Api', props: Partial<IrsaServiceAccountProps> = {}) =>
  new IrsaServiceAccount(stack, id, { oidcProvider: literalProvider(stack, `${id}Oidc`), ...API, ...props });

const byPodIdentity = (stack: Stack, id = 'Api') =>
  new PodIdentityServiceAccount(stack, id, { clusterName: 'production', ...API });

const KINDS: [string, (stack: Stack) => IWorkloadIdentity][] = [['IRSA', byIrsa], ['EKS Pod Identity', byPodIdentity]];

function failure(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe.each(KINDS)('a helper of a user that takes any workload identity, by %s', (_, make) => {
  function deploy(identity: IWorkloadIdentity): void {
    new Bucket(Stack.of(identity), 'Receipts').grantRead(identity);
    identity.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['sns:Publish'], resources: ['*'] }));
    identity.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'));
    const pod = new ApiObject(KubernetesManifests.of(identity).chart, 'Pod', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'api' },
      spec: { containers: [{ name: 'api', image: 'api:1' }] },
    });
    identity.applyTo(pod);
    identity.writeHelmValues('api.values.yaml');
  }

  test('has names, role and annotations, and grants reach the role', () => {
    const stack = literalStack();
    const identity = make(stack);
    deploy(identity);
    expect(identity).toMatchObject({ namespace: 'payments', serviceAccountName: 'api' });
    expect(identity.toManifest().metadata).toMatchObject({ namespace: 'payments', name: 'api' });
    expect(identity.helmValues().serviceAccount.name).toBe('api');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{ Action: ['s3:GetObject*', 's3:GetBucket*', 's3:List*'] }, { Action: 'sns:Publish' }],
      },
    });
  });
});

describe('IrsaAssertions with an identity', () => {
  test.each(KINDS)('by %s: allows, denies and allowsOnly need no names', (_, make) => {
    const stack = literalStack();
    const api = make(stack);
    const web = new IrsaServiceAccount(stack, 'Web', {
      oidcProvider: literalProvider(stack, 'WebOidc'),
      namespace: 'payments',
      serviceAccountName: 'web',
    });
    const irsa = IrsaAssertions.fromStack(stack);
    irsa.allows({ identity: api });
    irsa.denies({ identity: web, roleOf: api });
    irsa.denies({ namespace: 'payments', serviceAccount: 'web', roleOf: api });
    irsa.allowsOnly([{ identity: api }, { identity: web }]);
    irsa.allowsOnly([{ identity: api }], { roleOf: api });
    expect(failure(() => irsa.denies({ identity: api }))).toMatch(/^payments\/api can assume payments-api-\w+ /);
    expect(failure(() => irsa.allows({ identity: web, roleOf: api }))).toMatch(/^payments\/web cannot assume /);
    expect(failure(() => irsa.allowsOnly([{ identity: api }]))).toMatch(/^payments\/web .*can assume payments-web-\w+ /);
    expect(failure(() => irsa.allowsOnly([], { roleOf: web }))).toMatch(/^payments\/web /);
  });

  test('uses the audience that the pods request', () => {
    const stack = literalStack();
    const api = byIrsa(stack, 'Api', { audience: 'vault.example.com' });
    const irsa = IrsaAssertions.fromStack(stack);
    irsa.allows({ identity: api });
    irsa.allowsOnly([{ identity: api }]);
    expect(failure(() => irsa.allows({ identity: api, audience: 'sts.amazonaws.com' }))).toMatch(/`aud` differs/);
    expect(failure(() => irsa.allows({ namespace: 'payments', serviceAccount: 'api', roleOf: api })))
      .toMatch(/`aud` differs/);
    expect(failure(() => irsa.denies({ identity: api }))).toMatch(/with the audience vault\.example\.com can assume/);
  });

  test('of a role that trusts both ways', () => {
    const stack = literalStack();
    const api = byIrsa(stack, 'Api', { audience: 'vault.example.com', podIdentity: { clusterName: 'production' } });
    const irsa = IrsaAssertions.fromStack(stack);
    irsa.allows({ identity: api });
    irsa.allowsOnly([{ identity: api }]);
  });

  test('of a shared role, by path or ARN', () => {
    const stack = literalStack();
    const oidcProvider = literalProvider(stack);
    const shared = new IrsaRole(stack, 'Shared', {
      roleName: 'shared',
      trust: new TrustPolicy().addServiceAccounts(oidcProvider, [ServiceAccountSubject.exact('payments', 'api')]),
    });
    const api = new IrsaServiceAccount(stack, 'Api', { oidcProvider, ...API, role: shared });
    const byArn = new IrsaServiceAccount(stack, 'Web', {
      oidcProvider,
      namespace: 'payments',
      serviceAccountName: 'web',
      role: iam.Role.fromRoleArn(stack, 'ByArn', `arn:aws:iam::${ACCOUNT}:role/shared`, { mutable: false }),
    });
    const irsa = IrsaAssertions.fromStack(stack);
    irsa.allows({ identity: api });
    irsa.allowsOnly([{ identity: api }]);
    irsa.denies({ identity: byArn });
  });

  test('in a stack that knows neither account nor issuer', () => {
    const stack = agnosticStack(new App());
    const api = new IrsaServiceAccount(stack, 'Api', { oidcProvider: deferredProvider(stack), ...API });
    const irsa = IrsaAssertions.fromStack(stack);
    irsa.allows({ identity: api });
    irsa.allowsOnly([{ identity: api }]);
  });

  test('refuses what contradicts', () => {
    const stack = literalStack();
    const api = byIrsa(stack);
    const irsa = IrsaAssertions.fromStack(stack);
    expect(failure(() => irsa.allows({ identity: api, namespace: 'payments' }))).toBe(
      '[IrsaAssertions] `identity` must not be combined with `namespace` and `serviceAccount`, got: "payments". '
        + 'Remove them, because the construct has both.',
    );
    expect(failure(() => irsa.allows({ roleOf: api }))).toMatch(/^\[IrsaAssertions\] `namespace` must /);
    expect(failure(() => irsa.allows({ identity: api, role: 'a', roleOf: api }))).toMatch(
      /^\[IrsaAssertions\] `role` must be set, unless `roleOf` or `roleMatching` is; set only one of them, got: "a"\./,
    );
  });
});

describe('TrustPolicy.addPrincipal with a construct', () => {
  test.each(KINDS)('a service account by %s lets its role in, and nobody else', (kind, make) => {
    const stack = literalStack();
    new IrsaRole(stack, 'Next', { trust: new TrustPolicy().addPrincipal(make(stack)) });
    const { [stack.getLogicalId(stack.node.findChild('Next').node.defaultChild as iam.CfnRole)]: trust } =
      trustPolicies(stack);
    expect(trust.Statement).toEqual([{
      Action: kind === 'IRSA' ? 'sts:AssumeRole' : ['sts:AssumeRole', 'sts:TagSession'],
      Effect: 'Allow',
      Principal: { AWS: { 'Fn::GetAtt': [expect.stringMatching(/^ApiRole/), 'Arn'] } },
    }]);
    const deployed = JSON.parse(
      JSON.stringify(trust).replace(/\{"Fn::GetAtt":\[[^\]]*\]\}/, `"arn:aws:iam::${ACCOUNT}:role/api"`),
    );
    expect(letsPrincipalIn(deployed, `arn:aws:iam::${ACCOUNT}:role/api`)).toBe(true);
    expect(letsPrincipalIn(deployed, `arn:aws:iam::${ACCOUNT}:role/web`)).toBe(false);
  });

  test('a grantable without a principal gets the usual message', () => {
    expect(failure(() => new TrustPolicy().addPrincipal({} as any))).toMatch(
      /^\[TrustPolicy\.addPrincipal\] `principal` must be a principal, got: .*a role or a service account\./,
    );
  });
});
