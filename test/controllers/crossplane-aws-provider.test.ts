import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  CfnRole,
  Effect,
  ManagedPolicy,
  PermissionsBoundary,
  PolicyStatement,
  PolicyStatementProps,
  Role,
} from 'aws-cdk-lib/aws-iam';
import { Controller, IrsaServiceAccount, IrsaServiceAccountProps } from '../../src';
import { literalProvider, literalStack, warnings } from '../support';

const NO_BOUNDARY =
  '`permissionsBoundary` must be set for a provider that creates resources on behalf of anyone who can write to the '
    + 'cluster, got: nothing. '
  + 'Set it on the role, or for all roles with iam.PermissionsBoundary.of(scope).apply(policy).';

const boundary = (stack: Stack) => ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary');
const scoped: PolicyStatementProps = { actions: ['s3:CreateBucket'], resources: ['arn:aws:s3:::apps-*'] };

function provider(stack: Stack, props: Partial<IrsaServiceAccountProps> = {}, statement = scoped): IrsaServiceAccount {
  const controller = Controller.crossplaneAwsProvider({ statements: [new PolicyStatement(statement)] });
  return new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller, ...props });
}

test.each([['missing', undefined, 'nothing'], ['empty', [], '[]']])('needs statements: %s', (_, statements, got) => {
  expect(() => Controller.crossplaneAwsProvider({ statements: statements! })).toThrow(
    `[Controller.crossplaneAwsProvider] \`statements\` must name at least one statement, got: ${got}. ` + 'Otherwise '
      + 'the controller would have access to all of them, or to none.',
  );
});

test('a role without a permissions boundary is an error', () => {
  const stack = literalStack();
  provider(stack);
  expect(() => Template.fromStack(stack)).toThrow(NO_BOUNDARY);
});

test('so is one whose boundary is taken away again', () => {
  const stack = literalStack();
  const sa = provider(stack, { permissionsBoundary: boundary(stack) });
  (sa.role.node.defaultChild as CfnRole).addPropertyDeletionOverride('PermissionsBoundary');
  expect(() => Template.fromStack(stack)).toThrow(NO_BOUNDARY);
});

test.each<[string, (stack: Stack) => void]>([
  ['on the role', stack => provider(stack, { permissionsBoundary: boundary(stack) })],
  ['by an aspect that comes later', stack => {
    provider(stack);
    PermissionsBoundary.of(stack).apply(boundary(stack));
  }],
])('takes a permissions boundary %s', (_, make) => {
  const stack = literalStack();
  make(stack);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
    PermissionsBoundary: stack.resolve(
      stack.formatArn({ service: 'iam', region: '', resource: 'policy', resourceName: 'boundary' }),
    ),
  });
});

test('a role that is made elsewhere is somebody else\'s to limit', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'crossplane-')) });
  const stack = literalStack(app);
  Role.customizeRoles(stack, { usePrecreatedRoles: { 'Stack/Sa/Role': 'crossplane' } });
  provider(stack);
  expect(() => app.synth()).not.toThrow();
  rmSync(app.outdir, { recursive: true });
});

test.each<[string, PolicyStatementProps, boolean]>([
  ['writes on one resource', scoped, false],
  ['reads on all', { actions: ['ec2:DescribeVpcs', 's3:ListAllMyBuckets'], resources: ['*'] }, false],
  [
    'writes on all, under a condition',
    {
      actions: ['ec2:CreateVpc'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
    },
    false,
  ],
  ['denies on all', { effect: Effect.DENY, actions: ['iam:*'], resources: ['*'] }, false],
  ['writes on all', { actions: ['ec2:DescribeVpcs', 'ec2:CreateVpc'], resources: ['*'] }, true],
  ['everything', { actions: ['*'], resources: ['*'] }, true],
  ['everything but', { notActions: ['iam:*'], resources: ['*'] }, true],
  ['all resources but', { actions: ['s3:DeleteBucket'], notResources: ['arn:aws:s3:::logs'] }, true],
])('warns of statements without a scope: %s', (_, statement, warned) => {
  const stack = literalStack();
  provider(stack, { permissionsBoundary: boundary(stack) }, statement);
  Template.fromStack(stack);
  const expected =
    '`controller` (crossplane-provider-aws) has permissions beyond the resources that you named: your `statements` '
      + 'allow more than read access to all resources, without a condition.';
  expect(warnings(stack).some(warning => warning.includes(expected))).toBe(warned);
});

test('statements are copied: what a document adds to them stays there', () => {
  const stack = literalStack();
  const statement = new PolicyStatement(scoped);
  const controller = Controller.crossplaneAwsProvider({ statements: [statement] });
  stack.resolve(controller.policyDocument(stack));
  expect(statement.frozen).toBe(false);
});
