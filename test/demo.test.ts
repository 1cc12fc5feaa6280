/**
 * `npx projen demo` on templates that are made here. CI runs it on the examples.
 */
import { demo } from '../scripts/demo';
import { Assembly, EXAMPLES } from '../scripts/examples';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const roleFor = (bucket: string, ...names: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: names[0],
    AssumeRolePolicyDocument: {
      Statement: names.map(name => ({
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: `system:serviceaccount:payments:${name}`,
          },
        },
      })),
    },
    Policies: [{
      PolicyDocument: {
        Statement: [{
          Action: ['s3:GetObject', 's3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`, { Ref: 'Table' }],
        }],
      },
    }],
  },
});

const role = (...names: string[]) => roleFor('receipts', ...names);

function assembly(example: string, resources: Record<string, unknown>): Assembly {
  const file = `${example}.template.json`;
  return { example, templates: [{ file, stackName: example, body: { Resources: resources } }], ownManifestFiles: [] };
}

async function run(assemblies: Assembly[], isVerbose = false) {
  const printed: string[] = [];
  const error = await demo({
    examples: assemblies.map(({ example }) => example),
    isVerbose,
    synthesize: async example => assemblies.find(each => each.example === example)!,
    print: text => printed.push(text),
  }).then(() => undefined, ({ message }: Error) => message);
  return { text: printed.join('\n'), error };
}

test('one line per example, then totals and next steps', async () => {
  const { text, error } = await run([
    assembly('one', { Role: role('api') }),
    assembly('several', { Role: role('api', 'worker', 'receipts-of-every-single-tenant') }),
  ]);
  expect(error).toBeUndefined();
  expect(text).toMatch(new RegExp(`^EXAMPLE  SERVICE ACCOUNTS             CAN USE
one      payments/api                 s3 on receipts
several  payments/api \\+2              s3 on receipts

4 workloads, 2 roles, 2 templates
0 Lambda functions and custom resources

Next steps
`));
  expect(text).toContain('npx projen demo --verbose');
});

test('all examples fit one screen, of 80 columns', async () => {
  const long = 'a-service-account-with-a-very-long-name-that-does-not-fit';
  const Role = roleFor('a-bucket-with-a-long-name-too', long, 'b', 'c');
  const { text } = await run(EXAMPLES.map(example => assembly(example, { Role })));
  expect(text.split('\n').length).toBeLessThanOrEqual(40);
  expect(text.split('\n').filter(line => line.length > 80)).toEqual([]);
});

test('--verbose shows every role, whom it trusts and what it can do', async () => {
  const { text } = await run([assembly('one', { Role: role('api', 'worker') })], true);
  for (const line of [
    'one', '  payments/worker', '    role      api', `    issuer    ${ISSUER}`, '    audience  sts.amazonaws.com',
    '    may       s3:GetObject and 1 more on arn:aws:s3:::receipts, <Table>', '    template  one.template.json',
  ]) expect(text.split('\n')).toContain(line);
});

test.each(['AWS::Lambda::Function', 'Custom::Anything', 'AWS::CloudFormation::CustomResource'])(
  'fails if a template needs a %s', async Type => {
    const { text, error } = await run([assembly('one', { Role: role('api'), Code: { Type } })]);
    expect(text).toContain('\n1 Lambda functions and custom resources');
    expect(text).not.toContain('Next steps');
    expect(error).toBe(`these templates need code to run at deployment:\none.template.json: Code (${Type})`);
  },
);

test('fails if an example cannot be synthesized', async () => {
  const printed: string[] = [];
  const unhandled = jest.fn();
  process.once('unhandledRejection', unhandled);
  await expect(demo({
    examples: ['one', 'two'],
    isVerbose: false,
    synthesize: async example => {
      if (example === 'two') throw new Error('cdk synth of example two failed');
      await new Promise(resolve => setTimeout(resolve, 50)); // the other one fails first
      return assembly(example, { Role: role('api') });
    },
    print: text => printed.push(text),
  })).rejects.toThrow('cdk synth of example two failed');
  expect(printed.join('\n')).toMatch(/\none {2}payments\/api/);
  expect(unhandled).not.toHaveBeenCalled();
  process.off('unhandledRejection', unhandled);
});
