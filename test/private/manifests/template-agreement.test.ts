/**
 * What of a written template is compared with a written manifest. Which ones agree: see existing-role.test.ts.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, CfnElement, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { disagreement, WrittenTemplates } from '../../../src/private/manifests/template-agreement';

describe('a written template', () => {
  let outdir: string;
  beforeEach(() => {
    outdir = mkdtempSync(join(tmpdir(), 'cdk-irsa-'));
  });
  afterEach(() => rmSync(outdir, { recursive: true }));

  const elements = (): CfnElement[] => {
    const stack = new Stack(new App({ outdir }), 'Stack');
    return ['A', 'B'].map(id => new CfnRole(stack, id, { assumeRolePolicyDocument: {} }));
  };

  test('has the resources that are in it', () => {
    const [first, second] = elements();
    const resource = { Type: 'AWS::IAM::Role', Properties: { Description: 'für alle' } };
    writeFileSync(join(outdir, 'Stack.template.json'), JSON.stringify({ Resources: { A: resource } }));
    const templates = new WrittenTemplates();
    expect(templates.resource(first)).toEqual(resource);
    expect(templates.resource(second)).toBeUndefined();
  });

  test('without resources has none', () => {
    const [first] = elements();
    writeFileSync(join(outdir, 'Stack.template.json'), '{}');
    expect(new WrittenTemplates().resource(first)).toBeUndefined();
  });

  test('that is not there has none', () => {
    expect(new WrittenTemplates().resource(elements()[0])).toBeUndefined();
  });
});

test.each<[string, any]>([
  ['no document', { RoleName: 'api' }],
  ['a document without statements', { RoleName: 'api', AssumeRolePolicyDocument: {} }],
  ['a document that only denies', { RoleName: 'api', AssumeRolePolicyDocument: { Statement: [{ Effect: 'Deny' }] } }],
])('a role with %s is not compared', (_, properties) => {
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/other' };
  const manifest: any = { kind: 'ServiceAccount', metadata: { name: 'api', namespace: 'payments', annotations } };
  expect(disagreement({ Properties: properties }, manifest)).toBeUndefined();
});

test('a number that is known only at deployment does not prevent the comparison', () => {
  const text = '{"Statement":[{"Effect":"Allow","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":${Value}},'
    + '"StringEquals":{"${Issuer}:sub":"system:serviceaccount:payments:api","x":"a\\":${Value}"}}}]}';
  const properties = { RoleName: 'api', AssumeRolePolicyDocument: { 'Fn::Sub': [text, { Value: 1, Issuer: 'x' }] } };
  const manifest = (name: string): any => ({ kind: 'ServiceAccount', metadata: { name, namespace: 'payments' } });
  expect(disagreement({ Properties: properties }, manifest('api'))).toBeUndefined();
  expect(disagreement({ Properties: properties }, manifest('web'))).toContain('system:serviceaccount:payments:web');
});
