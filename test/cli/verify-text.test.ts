/**
 * What `verify` prints, as people see it.
 */
import { mkdirSync, writeFileSync } from 'fs';
import { dirname } from 'path';
import { cli, directory } from './support';
import { main } from '../../src/cli/main';

const home = process.cwd();
beforeAll(() => {
  process.chdir(directory);
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, text);
  }
});
afterAll(() => process.chdir(home));

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const FILES = {
  'app/template.yaml': `AWSTemplateFormatVersion: '2010-09-09'
Resources:
  ApiRole7FA294BA:
    Type: AWS::IAM::Role
    Metadata: { 'aws:cdk:path': Payments/Api/Role/Resource }
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/${ISSUER}' }
            Condition:
              StringEquals: { '${ISSUER}:aud': sts.amazonaws.com }
              StringLike: { '${ISSUER}:sub': 'system:serviceaccount:payments-*:api' }
  Runners:
    Type: AWS::IAM::Role
    Properties:
      RoleName: runners
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/${ISSUER}' }
            Condition: { StringEquals: { '${ISSUER}:sub': 'system:serviceaccount:ci:runner' } }
  Oidc:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: 'https://${ISSUER}', ClientIdList: [sts.amazonaws.com] }
`,
  'app/k8s/runner.yaml': `apiVersion: v1
kind: ServiceAccount
metadata:
  name: runner
  namespace: ci
  annotations:
    team: platform
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/Runners
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: runner, namespace: ci }
spec:
  template:
    spec:
      serviceAccountName: runer
      containers:
        - name: main
`,
  'app/k8s/cut-off.yaml': 'apiVersion: v1\nkind: [\n',
  'app/charts/api/Chart.yaml': 'name: api\n',
};

/** Golden: change it only on purpose. */
const TEXT = `error  missing-aud
  app/template.yaml (Runners)
  Role runners, Statement[0]: accepts tokens of
  ${ISSUER} for every
  audience: \`aud\` is not restricted by StringEquals, the conditions are on sub
  (StringEquals).
  Fix: Add "StringEquals": {
       "${ISSUER}:aud":
       "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which adds aud
       and sub.

warning  wildcard-namespace
  app/template.yaml (Payments/Api/Role/Resource)
  Role Payments/Api/Role, Statement[0]: the pattern
  system:serviceaccount:payments-*:api matches several namespaces.
  Fix: List the namespaces explicitly with
       ServiceAccountSubject.exact(namespace, name). Or restrict who can create
       matching namespaces, and suppress this rule on the role with that reason.

warning  undeclared-service-account
  app/k8s/runner.yaml:16:7
  Deployment ci/runner: uses ServiceAccount ci/runer, which no manifest declares
  and no role trusts.
  Fix: Correct serviceAccountName, or add the ServiceAccount.
       irsaServiceAccount.applyTo(deployment) sets the right name.

note  role-not-found
  app/k8s/runner.yaml:8:5
  ServiceAccount ci/runner: role arn:aws:iam::111122223333:role/Runners is not
  in the templates.
  Fix: Correct the ARN. If another app owns the role, pass it as \`role\`:
       Role.fromRoleArn(stack, 'Role', roleArn).

Suppressed:
  role-without-service-account at app/template.yaml (Payments/Api/Role/Resource)
    charts own them
  role-without-service-account at app/template.yaml (Runners)
    charts own them

Not checked:
  app/charts/api: is a Helm chart. Render it: helm template app/charts/api

Cannot be read:
  app/k8s/cut-off.yaml:3:1: is not valid YAML: Flow sequence in block collection
    must be sufficiently indented and end with a ]. Correct it, or exclude the
    file.

1 error, 2 warnings, 1 note in 2 roles (2 for workloads), 1 service account, 1
service account pattern, 0 Pod Identity associations, 1 workload.
`;

test('findings, what was not checked, and how much was', () => {
  const { code, stdout, stderr } = cli('verify', 'app', '--ignore', 'role-without-service-account=charts own them');
  expect(stdout).toBe(TEXT);
  expect([code, stderr]).toEqual([1, '']);
  const words = stdout.split('\n').filter(line => line.length > 80).map(line => line.trim().split(' ').length);
  expect(words.filter(count => count > 1)).toEqual([]);
});

test.each([
  ['as wide as the terminal', { isTTY: true, columns: 60 }, 60],
  ['80 on a terminal that does not say', { isTTY: true, columns: 0 }, 80],
  ['80 in a pipe', { columns: 200 }, 80],
])('%s', (_, terminal, width) => {
  process.env.NO_COLOR = '1';
  const { stdout, written } = recorder(terminal);
  void main(['verify', 'app'], '1.2.3', { stdout, stderr: stdout });
  const lengths = written().split('\n').filter(line => / \S+ \S+/.test(line)).map(line => line.length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(width);
  expect(Math.max(...lengths)).toBeGreaterThan(width - 8);
  delete process.env.NO_COLOR;
});

function recorder(terminal: object) {
  let text = '';
  return { stdout: { ...terminal, write: (more: string) => (text += more) }, written: () => text };
}
