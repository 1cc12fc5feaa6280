/**
 * Every controller by the same judges: AWS's service reference, the policy simulator, IAM's size limits, AWS's template
 * validator.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { loadPolicy, validateIdentityPolicy } from '@cloud-copilot/iam-policy';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import { Call, ControllerSample } from './controllers/sample';
import { SAMPLES } from './controllers/samples';
import { templateProblems } from './judges/cloudformation';
import { deployed } from './judges/deployment';
import { statementProblems } from './judges/iam-reference';
import { allows } from './judges/iam-simulator';
import { literalProvider, literalStack } from './support';
import { Controller, IrsaServiceAccount, PodIdentityServiceAccount } from '../src';

const FOLDER = mkdtempSync(join(tmpdir(), 'controllers-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** What the deployment fills in; samples name literal resources. */
const deployment = {
  values: {
    'AWS::Partition': 'aws',
    'AWS::Region': 'eu-west-1',
    'AWS::AccountId': '111122223333',
    'AWS::URLSuffix': 'amazonaws.com',
  },
};
const title = ({ factory, variant }: ControllerSample) => (variant ? `${factory} (${variant})` : factory);
const samples = SAMPLES.map((sample): [string, ControllerSample] => [title(sample), sample]);

const policies = new Map<ControllerSample, any>();

/** The policy of a sample as IAM gets it: made once, read by all tests. */
function documentOf(sample: ControllerSample): any {
  if (!policies.has(sample)) {
    const stack = literalStack();
    policies.set(sample, deployed(stack.resolve(sample.make(stack).policyDocument(stack)), deployment));
  }
  return policies.get(sample);
}

function synthesized({ make }: ControllerSample, id: string): { template: Template; warnings: string[]; file: string } {
  const app = new App({ outdir: join(FOLDER, id) });
  const stack = literalStack(app);
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller: make(stack) });
  // Annotations.fromStack() would synthesize the app again.
  const { template, messages } = app.synth().getStackArtifact(stack.artifactId);
  return {
    template: Template.fromJSON(template),
    warnings: messages.filter(({ level }) => level === SynthesisMessageLevel.WARNING)
      .map(({ entry }) => `${entry.data}`),
    file: join(FOLDER, id, 'Stack.template.json'),
  };
}

test('there is a sample for each factory', () => {
  const factories = Object.getOwnPropertyNames(Controller).filter(
    name => !['length', 'name', 'prototype'].includes(name),
  );
  expect([...new Set(SAMPLES.map(({ factory }) => factory))].sort()).toEqual(factories.sort());
});

describe.each(samples)('%s', (name, sample) => {
  test('has a policy that IAM takes, with actions, resources and condition keys of AWS\'s own reference', async () => {
    const document = documentOf(sample);
    expect(validateIdentityPolicy(document).map(({ path, message }) => `${path}: ${message}`)).toEqual([]);
    expect(loadPolicy(document).statements().length).toBeGreaterThan(0);
    expect((await Promise.all(document.Statement.map(statementProblems))).flat()).toEqual([]);
  });

  test.each(sample.may.map((call): [string, Call] => [`${call.action} on ${call.resource}`, call]))(
    'may %s',
    (_, { action, resource, context }) => {
      expect(allows([documentOf(sample)], action, resource, context)).toBe(true);
    },
  );

  test.each(
    sample.mayNot.map((call): [string, Call] => [
      `${call.action} on ${call.resource} ${JSON.stringify(call.context ?? '')}`,
      call,
    ]),
  )('may not %s', (_, { action, resource, context }) => {
    expect(allows([documentOf(sample)], action, resource, context)).toBe(false);
  });

  test('is what its chart calls it', () => {
    const stack = literalStack();
    const sa = new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack),
      controller: sample.make(stack),
    });
    expect([sa.namespace, sa.serviceAccountName]).toEqual([sample.namespace, sample.serviceAccountName]);
    const own = new PodIdentityServiceAccount(stack, 'Own', {
      clusterName: 'blue',
      controller: sample.make(new Stack()),
      namespace: 'own',
      serviceAccountName: 'own',
    });
    expect([own.namespace, own.serviceAccountName]).toEqual(['own', 'own']);
  });

  test('makes policies of a size that IAM takes, and a template that AWS\'s validator accepts', () => {
    const { template, warnings, file } = synthesized(sample, name.replace(/\W/g, '-'));
    const roles = Object.values<any>(template.findResources('AWS::IAM::Role'));
    const inline = roles
      .flatMap(({ Properties }) => Properties.Policies ?? [])
      .map(({ PolicyDocument: document }) => document);
    const managed = Object.values<any>(template.findResources('AWS::IAM::ManagedPolicy')).map(
      ({ Properties }) => Properties.PolicyDocument,
    );
    const sizes = (documents: any[]) =>
      documents.map(document => JSON.stringify(deployed(document, deployment)).length);
    expect(Math.max(0, ...sizes(inline))).toBeLessThanOrEqual(10240);
    expect(Math.max(0, ...sizes(managed))).toBeLessThanOrEqual(6144);
    // Together they grant what the one document does.
    const parts = [...inline, ...managed].map(document => deployed(document, deployment));
    for (const { action, resource, context } of sample.may) expect(allows(parts, action, resource, context)).toBe(true);
    for (const { action, resource, context } of sample.mayNot) {
      expect(allows(parts, action, resource, context)).toBe(false);
    }
    expect(templateProblems(file)).toEqual([]);
    const unscoped = warnings.filter(warning => warning.includes('cdk-irsa:controller-unscoped'));
    expect(unscoped).toHaveLength(sample.unscoped ? 1 : 0);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/AWS::Lambda|Custom::/);
    const attached: any[] = roles
      .flatMap(({ Properties }) => Properties.ManagedPolicyArns ?? [])
      .filter(arn => JSON.stringify(arn).includes(':iam::aws:policy/'));
    expect(
      attached.map(arn => String(deployed(arn, deployment)).replace('arn:aws:iam::aws:policy/', '')).sort(),
    ).toEqual([...(sample.managedPolicyNames ?? [])].sort());
  });

  test.each([
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ])('names no ARN of another partition in %s', (region, partition, suffix) => {
    const stack = literalStack(new App(), 'Stack', { account: '111122223333', region });
    const values = {
      'AWS::Partition': partition,
      'AWS::Region': region,
      'AWS::AccountId': '111122223333',
      'AWS::URLSuffix': suffix,
    };
    const document: PolicyDocument = sample.make(stack).policyDocument(stack);
    // Samples write no ARN out: what stands there is the factory's.
    const arns = JSON.stringify(deployed(stack.resolve(document), { values })).match(/arn:aws[^:]*:/g) ?? [];
    expect(new Set(arns.filter(arn => arn !== `arn:${partition}:`))).toEqual(new Set());
  });
});
