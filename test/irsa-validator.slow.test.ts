import { execFile } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { promisify } from 'util';
import { ACCOUNT, ISSUER, PROVIDER_ARN } from './support';

const SUB = `${ISSUER}:sub`;

const folder = mkdtempSync(join(tmpdir(), 'validator-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As a user does it. */
describe('with the CDK CLI', () => {
  const cli = join(__dirname, '..', 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const tsx = join(__dirname, '..', 'node_modules', '.bin', 'tsx');
  const program = (statement: string) => `
import { App, Stack } from 'aws-cdk-lib';
import { CfnRole, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { IrsaValidator } from '${join(__dirname, '..', 'src').split('\\').join('/')}';
const app = new App({ policyValidationBeta1: [new IrsaValidator()] });
const stack = new Stack(app, 'Payments', { env: { account: '${ACCOUNT}', region: 'eu-west-1' } });
new CfnRole(stack, 'Role', {
  roleName: 'payments',
  managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
  assumeRolePolicyDocument: { Version: '2012-10-17', Statement: [${statement}] },
});
app.synth();
`;

  async function synth(name: string, statement: any): Promise<{ code: number; output: string }> {
    const directory = join(folder, name);
    mkdirSync(directory);
    symlinkSync(join(__dirname, '..', 'node_modules'), join(directory, 'node_modules'));
    writeFileSync(join(directory, 'app.ts'), program(JSON.stringify(statement)));
    writeFileSync(join(directory, 'tsconfig.json'), '{ "compilerOptions": { "module": "commonjs" } }');
    writeFileSync(join(directory, 'cdk.json'), JSON.stringify({ app: `"${tsx}" app.ts` }));
    const args = [cli, 'synth', '--quiet', '--no-lookups', '--no-notices', '--no-version-reporting'];
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
        cwd: directory,
        env: { ...process.env, NODE_ENV: '', NO_COLOR: '1' },
      });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as any;
      return { code, output: stdout + stderr };
    }
  }

  test('findings are printed, and the synth fails', async () => {
    const { code, output } = await synth('bad', {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: PROVIDER_ARN },
      Condition: { StringEquals: { [`https://${SUB}`]: 'system:serviceaccount:payments:*' } },
    });
    expect(output).toContain('cdk-irsa');
    for (const rule of ['https-in-key', 'missing-aud', 'wildcard-under-string-equals', 'admin-policy']) {
      expect(output).toContain(rule);
    }
    expect(output).toContain('Payments/Role');
    expect(code).toBe(1);
  }, 180_000);

  test('without findings it does not', async () => {
    const { code, output } = await synth('good', {
      Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' },
    });
    expect([code, output]).toEqual([0, expect.not.stringContaining('failure')]);
  }, 180_000);
});
