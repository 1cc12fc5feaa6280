import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { cli, configWith, directory, importText } from '../support';

const HEAD = 'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n';
const METADATA = 'metadata: { name: test, region: eu-west-1 }\n';
const IAM = `iam:
  serviceAccounts:
    - metadata: { name: a }
      attachPolicyARNs: [ arn:aws:iam::aws:policy/X ]
`;
const NAMES = 'See https://kubernetes.io/docs/concepts/overview/working-with-objects/names/';
const LABELS = 'See https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set';
const PATTERN_RULE = 'must be a pattern of a-z, 0-9, -, ., * and ?, at most 253 characters';
const PATTERNS = 'Use * for any text and ? for one character.';
const POLICY_RULE = 'must be the ARN of a policy: arn:<partition>:iam::<account>:policy/<path and name>';

describe('a file that is', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'cluster.yaml:1:1: the file is empty. Pass an eksctl ClusterConfig.'],
    ['only comments', '# nothing\n---\n', 'cluster.yaml:1:1: the file is empty. Pass an eksctl ClusterConfig.'],
    [
      'not YAML',
      `${HEAD}metadata: {\n`,
      'cluster.yaml:4:1: not valid YAML for eksctl: Flow map in block collection must be sufficiently indented and '
        + 'end with a }',
    ],
    [
      'YAML with a repeated key',
      `${HEAD}kind: X\n`,
      'cluster.yaml:3:1: `kind` must occur only once, got: a second one. Remove one of them.',
    ],
    [
      'YAML with a tag of its own',
      `${HEAD}metadata: !mine { name: a }\n`,
      'cluster.yaml:3:11: not valid YAML for eksctl: Unresolved tag: !mine',
    ],
    [
      'YAML with an alias to nothing',
      `${HEAD}metadata: *none\n`,
      'cluster.yaml:3:11: `metadata` must refer to an anchor that is defined before it, got: *none. '
        + 'Check the spelling.',
    ],
    [
      'two documents',
      `${HEAD}${METADATA}${IAM}---\n${HEAD}`,
      'cluster.yaml:8:1: another document starts here. eksctl reads only the first one and would ignore this '
        + 'one. Put each document into a separate file.',
    ],
    [
      'not UTF-8',
      Buffer.from([0x61, 0x3a, 0xff]),
      'cluster.yaml: must be UTF-8 text, got: other bytes. Save it as UTF-8.',
    ],
    [
      'huge',
      'a'.repeat(1024 * 1024 + 1),
      'cluster.yaml: must have at most 1048576 bytes, got: more. Pass an eksctl ClusterConfig.',
    ],
    [
      'a list',
      '- 1\n',
      'cluster.yaml:1:1: `the file` must be an object, got: a list. Pass an eksctl ClusterConfig '
        + '(eksctl.io/v1alpha5).',
    ],
    [
      'a text',
      'text\n',
      'cluster.yaml:1:1: `the file` must be an object, got: "text". Pass an eksctl ClusterConfig '
        + '(eksctl.io/v1alpha5).',
    ],
    [
      'of no kind',
      `${METADATA}apiVersion: eksctl.io/v1alpha5\n`,
      'cluster.yaml:1:1: `kind` must be ClusterConfig, got: nothing. Other kinds are not imported.',
    ],
    [
      'of another kind',
      'apiVersion: eksctl.io/v1alpha5\nkind: Deployment\n',
      'cluster.yaml:2:7: `kind` must be ClusterConfig, got: "Deployment". Other kinds are not imported.',
    ],
    [
      'of another version',
      'apiVersion: eksctl.io/v1alpha4\nkind: ClusterConfig\n',
      'cluster.yaml:1:13: `apiVersion` must be eksctl.io/v1alpha5, got: "eksctl.io/v1alpha4". No other version is '
        + 'supported.',
    ],
    [
      'without metadata',
      `${HEAD}${IAM}`,
      'cluster.yaml:1:1: `metadata` must be an object, got: nothing. Write the name and the region of the cluster.',
    ],
    [
      'without a name',
      `${HEAD}metadata: { region: eu-west-1 }\n${IAM}`,
      'cluster.yaml:3:11: `metadata.name` must be the name of an EKS cluster: at most 100 letters, digits, - and _, '
        + 'got: nothing. Name the cluster.',
    ],
    [
      'without a region',
      `${HEAD}metadata: { name: a }\n${IAM}`,
      'cluster.yaml:3:11: `metadata.region` must be the region of the cluster, got: nothing. For example eu-west-1.',
    ],
    [
      'of a place that is no region',
      `${HEAD}metadata: { name: a, region: Mars }\n${IAM}`,
      'cluster.yaml:3:30: `metadata.region` must be the region of the cluster, got: "Mars". For example eu-west-1.',
    ],
    [
      'with a number for a name',
      `${HEAD}metadata: { name: 0x10, region: eu-west-1 }\n${IAM}`,
      'cluster.yaml:3:19: `metadata.name` must be a string, got: 0x10. Quote it.',
    ],
    [
      'without iam',
      `${HEAD}${METADATA}`,
      'cluster.yaml:1:1: `iam` must contain serviceAccounts or podIdentityAssociations, got: nothing. There is '
        + 'nothing to import.',
    ],
    [
      'without service accounts',
      `${HEAD}${METADATA}iam: { withOIDC: true }\n`,
      'cluster.yaml:4:6: `iam` must contain serviceAccounts or podIdentityAssociations, got: an object. There is '
        + 'nothing to import.',
    ],
    [
      'with an empty list of them',
      `${HEAD}${METADATA}iam: { serviceAccounts: [] }\n`,
      'cluster.yaml:4:6: `iam` must contain serviceAccounts or podIdentityAssociations, got: an object. There is '
        + 'nothing to import.',
    ],
    [
      'with an object of them',
      `${HEAD}${METADATA}iam: { serviceAccounts: { a: b } }\n`,
      'cluster.yaml:4:25: `iam.serviceAccounts` must be a list, got: an object. Write each item after a hyphen.',
    ],
    [
      'with a list for metadata',
      `${HEAD}metadata: []\n${IAM}`,
      'cluster.yaml:3:11: `metadata` must be an object, got: a list. Write keys and values.',
    ],
    [
      'with add-ons that are none',
      `${HEAD}${METADATA}${IAM}addons: { a: b }\n`,
      'cluster.yaml:8:9: `addons` must be a list, got: an object. Write each item after a hyphen.',
    ],
  ])('%s is refused', (_, content, message) => {
    const { code, stdout, stderr } = importText(content);
    expect(stderr.split('\n')[0]).toBe(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('nested without end is refused', () => {
    const { code, stderr } = importText('['.repeat(100_000));
    expect(stderr).toMatch(/^cluster\.yaml:1:\d+: not valid YAML for eksctl: it is nested too deeply\n/);
    expect(code).toBe(2);
  });

  test('as large as it may be is read', () => {
    const text = configWith('    - metadata: { name: a }\n');
    expect(importText(text.padEnd(1024 * 1024, '\n')).code).toBe(0);
  });

  test('with many keys is read in no time', () => {
    const { stderr } = importText(Array.from({ length: 60_000 }, (_, index) => `key${index}: 1\n`).join(''));
    expect(stderr).toContain('`kind` must be ClusterConfig, got: nothing.');
  }, 30_000);

  test.each([
    ['missing', join(directory, 'none.yaml'), 'no such file or directory'],
    ['below a file', join(directory, 'file', 'x.yaml'), 'no such directory'],
    ['a directory', directory, 'it is a directory'],
  ])('%s is refused', (_, file, reason) => {
    writeFileSync(join(directory, 'file'), '');
    expect(cli('import', 'eksctl', file)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${file}: cannot be read: ${reason}.\n`,
    });
  });
});

describe('a service account', () => {
  const policy = (document: string) => `    - metadata: { name: a }\n      attachPolicy: ${document}\n`;
  const statement = (rest: string) => policy(`{ Version: 2012-10-17, Statement: [ { ${rest} } ] }`);
  const P = 'iam.serviceAccounts[0]';
  const S = `${P}.attachPolicy.Statement[0]`;

  test.each([
    ['that is a number', '    - 3\n', `7:7: \`${P}\` must be an object, got: 3. Write metadata, and the policies.`],
    [
      'without metadata',
      '    - roleName: a\n',
      `7:7: \`${P}.metadata\` must be an object, got: nothing. Name the service account.`,
    ],
    [
      'without a name',
      '    - metadata: { namespace: a }\n',
      `7:17: \`${P}.metadata.name\` must be a DNS-1123 subdomain: at most 253 characters from a-z, 0-9, - and ., `
        + `with a letter or digit at both ends and next to every dot, got: nothing. ${NAMES}`,
    ],
    [
      'with a bad name',
      '    - metadata: { name: A_b }\n',
      `7:25: \`${P}.metadata.name\` must be a DNS-1123 subdomain: at most 253 characters from a-z, 0-9, - and ., `
        + `with a letter or digit at both ends and next to every dot, got: "A_b". ${NAMES}`,
    ],
    [
      'with a number for a name',
      '    - metadata: { name: 5 }\n',
      `7:25: \`${P}.metadata.name\` must be a string, got: 5. Quote it.`,
    ],
    [
      'with a bad namespace',
      '    - metadata: { name: a, namespace: a.b }\n',
      `7:39: \`${P}.metadata.namespace\` must be a DNS-1123 label: at most 63 characters from a-z, 0-9 and -, with a `
        + `letter or digit at both ends, got: "a.b". ${NAMES}`,
    ],
    [
      'that is there twice',
      '    - metadata: { name: a }\n    - metadata: { name: a, namespace: default }\n',
      '8:25: `iam.serviceAccounts[1].metadata.name` must be unique in its namespace, got: "a". default/a is already '
        + 'in line 7.',
    ],
    [
      'with yes for a label',
      '    - metadata: { name: a, labels: { a: yes } }\n',
      `7:41: \`${P}.metadata.labels.a\` must be a string, got: yes. Quote it.`,
    ],
    [
      'with a key that is no text',
      '    - metadata: { name: a, labels: { 1: b } }\n',
      `7:38: \`${P}.metadata.labels\` must have strings as keys, got: 1. Quote the key.`,
    ],
    [
      'with a list for a key',
      '    - metadata: { name: a, labels: { [b]: b } }\n',
      `7:38: \`${P}.metadata.labels\` must have strings as keys, got: a list, an object or an alias. Quote the key.`,
    ],
    [
      'with a bad label',
      '    - metadata: { name: a, labels: { a: "b c" } }\n',
      `7:41: \`${P}.metadata.labels.a\` must be a label value: at most 63 letters, digits, -, _ and ., with a `
        + `letter or digit at both ends, got: "b c". ${LABELS}`,
    ],
    [
      'with a bad key',
      '    - metadata: { name: a, annotations: { "a b": c } }\n',
      `7:43: \`${P}.metadata.annotations["a b"]\` must have keys of the form [DNS subdomain/]name, the name at most `
        + `63 letters, digits, -, _ and ., got: "a b". ${LABELS}`,
    ],
    [
      'with a text for policies',
      '    - metadata: { name: a }\n      attachPolicyARNs: arn:aws:iam::aws:policy/X\n',
      `8:25: \`${P}.attachPolicyARNs\` must be a list, got: "arn:aws:iam::aws:policy/X". Write each item after a `
        + 'hyphen.',
    ],
    [
      'with a policy that is no ARN',
      '    - metadata: { name: a }\n      attachPolicyARNs: [ AmazonS3ReadOnlyAccess ]\n',
      `8:27: \`${P}.attachPolicyARNs[0]\` ${POLICY_RULE}, got: "AmazonS3ReadOnlyAccess". Find it with \`aws iam `
        + 'list-policies`.',
    ],
    [
      'with a role for a policy',
      '    - metadata: { name: a }\n      attachPolicyARNs: [ arn:aws:iam::111122223333:role/x ]\n',
      `8:27: \`${P}.attachPolicyARNs[0]\` ${POLICY_RULE}, got: "arn:aws:iam::111122223333:role/x". Find it with \`aws `
        + 'iam list-policies`.',
    ],
    [
      'with nothing for a policy',
      '    - metadata: { name: a }\n      attachPolicyARNs: [ ~ ]\n',
      `8:27: \`${P}.attachPolicyARNs[0]\` must be a string, got: nothing. Quote it.`,
    ],
    [
      'with a boundary that is no ARN',
      '    - metadata: { name: a }\n      permissionsBoundary: x\n',
      `8:28: \`${P}.permissionsBoundary\` ${POLICY_RULE}, got: "x". Find it with \`aws iam list-policies\`.`,
    ],
    [
      'with a role that is no ARN',
      '    - metadata: { name: a }\n      attachRoleARN: x\n',
      `8:22: \`${P}.attachRoleARN\` must be the ARN of a role: arn:<partition>:iam::<account>:role/<path and name>, `
        + 'got: "x". Find it with `aws iam get-role`.',
    ],
    [
      'with a bad role name',
      '    - metadata: { name: a }\n      roleName: a b\n',
      `8:17: \`${P}.roleName\` must be 1 to 64 letters, digits and _+=,.@-, got: "a b". Remove it for a generated `
        + 'name.',
    ],
    [
      'with a pattern of namespaces',
      '    - metadata: { name: a }\n      subjectPattern: "*:*"\n',
      `8:23: \`${P}.subjectPattern\` ${PATTERN_RULE}, got: "*:*". ${PATTERNS}`,
    ],
    [
      'with a pattern that is a variable',
      '    - metadata: { name: a }\n      subjectPattern: "${aws:username}"\n',
      `8:23: \`${P}.subjectPattern\` ${PATTERN_RULE}, got: "\${aws:username}". ${PATTERNS}`,
    ],
    [
      'with a long pattern',
      `    - metadata: { name: a }\n      subjectPattern: ${'a'.repeat(254)}\n`,
      `8:23: \`${P}.subjectPattern\` ${PATTERN_RULE}, got: "${'a'.repeat(199)}… (254 characters). ${PATTERNS}`,
    ],
    [
      'with a number for a pattern',
      '    - metadata: { name: a }\n      subjectPattern: 5\n',
      `8:23: \`${P}.subjectPattern\` must be a string, got: 5. Quote it.`,
    ],
    [
      'with a list of patterns',
      '    - metadata: { name: a }\n      subjectPattern: [ "*" ]\n',
      `8:23: \`${P}.subjectPattern\` must be a string, got: a list. Write a single value.`,
    ],
    [
      'with a text for a flag',
      '    - metadata: { name: a }\n      roleOnly: "true"\n',
      `8:17: \`${P}.roleOnly\` must be true or false, got: "true". Write it without quotes.`,
    ],
    [
      'with a text for a well-known policy',
      '    - metadata: { name: a }\n      wellKnownPolicies: { autoScaler: 1 }\n',
      `8:40: \`${P}.wellKnownPolicies.autoScaler\` must be true or false, got: 1. Write it without quotes.`,
    ],
    [
      'with a list for a tag',
      '    - metadata: { name: a }\n      tags: { a: [b] }\n',
      `8:18: \`${P}.tags.a\` must be a string, got: a list. Write a single value.`,
    ],
    [
      'with a tag of AWS',
      '    - metadata: { name: a }\n      tags: { "aws:x": b }\n',
      `8:15: \`${P}.tags["aws:x"]\` must have a key of 1 to 128 characters that does not start with aws:, got: `
        + '"aws:x". AWS accepts no other keys.',
    ],
    [
      'with a long tag',
      `    - metadata: { name: a }\n      tags: { a: ${'b'.repeat(257)} }\n`,
      `8:18: \`${P}.tags.a\` must have at most 256 characters, got: "${'b'.repeat(199)}… (257 characters). AWS does `
        + 'not accept longer values.',
    ],
    [
      'with a token of the CDK',
      '    - metadata: { name: a }\n      tags: { a: "x${Token[TOKEN.1]}" }\n',
      `8:18: \`${P}.tags.a\` must not look like a CDK token, got: "x\${Token[TOKEN.1]}". The CDK would replace it `
        + 'with another value.',
    ],
    [
      'with a text for a policy document',
      policy('x'),
      `8:21: \`${P}.attachPolicy\` must be a policy document, got: "x". Write Version and Statement.`,
    ],
    [
      'with another version',
      policy('{ Version: 2012-10-18, Statement: { Effect: Allow, Action: "*", Resource: "*" } }'),
      `8:32: \`${P}.attachPolicy.Version\` must be 2012-10-17 or 2008-10-17, got: "2012-10-18". There are no other `
        + 'versions.',
    ],
    [
      'without a statement',
      policy('{ Version: 2012-10-17 }'),
      `8:21: \`${P}.attachPolicy.Statement\` must contain at least one statement, got: nothing. Add a statement, `
        + 'or remove attachPolicy.',
    ],
    [
      'with a document that has more',
      policy('{ Statements: [] }'),
      `8:23: \`${P}.attachPolicy.Statements\` must not be in a policy document, which has Version, Id, Statement, `
        + 'got: "Statements". Check the spelling.',
    ],
    [
      'with a misspelled condition',
      statement('Effect: Allow, Action: "*", Resource: "*", Conditions: {}'),
      `8:102: \`${S}.Conditions\` must not be in a statement of an identity policy, which has Sid, Effect, Action, `
        + 'NotAction, Resource, NotResource, Condition, got: "Conditions". Check the spelling.',
    ],
    [
      'with a principal',
      statement('Effect: Allow, Action: "*", Resource: "*", Principal: "*"'),
      `8:102: \`${S}.Principal\` must not be in a statement of an identity policy, which has Sid, Effect, Action, `
        + 'NotAction, Resource, NotResource, Condition, got: "Principal". Check the spelling.',
    ],
    [
      'without an effect',
      statement('Action: "*", Resource: "*"'),
      `8:57: \`${S}.Effect\` must be Allow or Deny, got: nothing. Without it IAM rejects the policy.`,
    ],
    [
      'with a bad effect',
      statement('Effect: allow, Action: "*", Resource: "*"'),
      `8:67: \`${S}.Effect\` must be Allow or Deny, got: "allow". IAM has no other effect.`,
    ],
    [
      'without an action',
      statement('Effect: Deny, Resource: "*"'),
      `8:57: \`${S}\` must contain exactly one of Action and NotAction, got: an object. Write one of them.`,
    ],
    [
      'with two kinds of resources',
      statement('Effect: Deny, Action: "*", Resource: a, NotResource: b'),
      `8:57: \`${S}\` must contain exactly one of Resource and NotResource, got: an object. Write one of them.`,
    ],
    [
      'with no actions',
      statement('Effect: Deny, Action: [], Resource: a'),
      `8:81: \`${S}.Action\` must contain at least one, got: a list. Add at least one value.`,
    ],
    [
      'with a bad action',
      statement('Effect: Deny, Action: [read], Resource: a'),
      `8:82: \`${S}.Action[0]\` must be a service, a colon and an action, or *, got: "read". For example s3:GetObject.`,
    ],
    [
      'with a number for a resource',
      statement('Effect: Deny, Action: "*", Resource: 1'),
      `8:96: \`${S}.Resource\` must be a string, got: 1. Quote it.`,
    ],
    [
      'with a bad statement id',
      statement('Sid: a b, Effect: Deny, Action: "*", Resource: "*"'),
      `8:64: \`${S}.Sid\` must be letters and digits, got: "a b". IAM accepts no other characters.`,
    ],
    [
      'with a text for a statement',
      policy('{ Statement: x }'),
      `8:34: \`${P}.attachPolicy.Statement\` must be an object, got: "x". Write keys and values.`,
    ],
    [
      'with an octal number',
      statement('Effect: Deny, Action: "*", Resource: "*", Condition: { NumericEquals: { x: 010 } }'),
      `8:134: \`${S}.Condition.NumericEquals.x\` must be a plain decimal number or a string, got: 010. Quote it, `
        + 'or write it as a decimal number.',
    ],
    [
      'with a number that is too large',
      statement('Effect: Deny, Action: "*", Resource: "*", Condition: { NumericEquals: { x: 12345678901234567890 } }'),
      `8:134: \`${S}.Condition.NumericEquals.x\` must be a plain decimal number or a string, got: `
        + '12345678901234567890. Quote it, or write it as a decimal number.',
    ],
    [
      'with a condition on nothing',
      statement('Effect: Deny, Action: "*", Resource: "*", Condition: { StringEquals: { x: [] } }'),
      `8:133: \`${S}.Condition.StringEquals.x\` must contain at least one value, got: a list. A condition without `
        + 'values is never met.',
    ],
    [
      'with a condition on an object',
      statement('Effect: Deny, Action: "*", Resource: "*", Condition: { StringEquals: { x: { y: z } } }'),
      `8:133: \`${S}.Condition.StringEquals.x\` must be a single value, got: an object. IAM compares with `
        + 'strings, numbers and booleans.',
    ],
    [
      'with a null in a condition',
      statement('Effect: Deny, Action: "*", Resource: "*", Condition: { StringEquals: { x: [ ~ ] } }'),
      `8:135: \`${S}.Condition.StringEquals.x[0]\` must have a value, got: nothing. Empty values are not allowed in a `
        + 'policy, because a condition would be lost.',
    ],
    [
      'with an empty condition',
      statement('Effect: Allow, Action: "*", Resource: "*", Condition: '),
      `8:114: \`${S}.Condition\` must have a value, got: nothing. Empty values are not allowed in a policy, because a `
        + 'condition would be lost.',
    ],
    [
      'with a condition on null',
      statement('Effect: Allow, Action: "*", Resource: "*", Condition: { StringEquals: { x: ~ } }'),
      `8:134: \`${S}.Condition.StringEquals.x\` must have a value, got: nothing. Empty values are not allowed in a `
        + 'policy, because a condition would be lost.',
    ],
    [
      'that merges a text',
      '    - metadata: { <<: x }\n',
      `7:17: \`${P}.metadata\` must have an object or a list of objects after <<, got: an object. Use the anchor of `
        + 'an object.',
    ],
    [
      'with what turns the line around',
      '    - metadata: { name: a }\n      roleName: "a\u202eb\\e[31m"\n',
      `8:17: \`${P}.roleName\` must be 1 to 64 letters, digits and _+=,.@-, got: "a\\u202eb\\u001b[31m". Remove it `
        + 'for a generated name.',
    ],
  ])('%s is refused', (_, yaml, message) => {
    const { code, stdout, stderr } = importText(configWith(yaml));
    expect(stderr.split('\n')).toContain(`cluster.yaml:${message}`);
    expect(stderr.split('\n').slice(-2)).toEqual(['cluster.yaml: nothing was imported.', '']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test.each([
    [
      'with a policy of aliases',
      '    - metadata: { name: a }\n      tags: { a: &a0 [x,x,x,x,x,x,x,x,x,x] '
        + `${Array.from({ length: 7 }, (_, level) => `, a${level}: &a${level + 1} `
          + `[${Array(10).fill(`*a${level}`).join()}]`).join('')} }\n      attachPolicy: { Statement: *a7 }\n`,
      /must keep the file under 100000 values, including values repeated by aliases, got: more\. Do not nest aliases\./,
    ],
    [
      'in itself',
      '    - metadata: { name: a }\n      attachPolicy: &p { Statement: [ *p ] }\n',
      /must be nested at most 64 levels deep, got: more\. An alias may refer to the value that contains it\./,
    ],
    [
      'merged with itself',
      '    - metadata: &m { name: a, <<: *m }\n',
      /must be nested at most 64 levels deep, got: more/,
    ],
  ])('%s is refused', (_, yaml, message) => {
    const { code, stdout, stderr } = importText(configWith(yaml));
    expect(stderr.split('\n')[0]).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('with a pattern of many * is read in no time', () => {
    const { code, stderr } = importText(
      configWith(`    - metadata: { name: ${'a'.repeat(253)} }\n      subjectPattern: "${'*a'.repeat(120)}*b"\n`),
    );
    expect(stderr).toContain('It does not match the name');
    expect(code).toBe(0);
  });

  test('every problem is said, in the order of the file', () => {
    const { stderr } = importText(
      `${HEAD}metadata: { name: 1, region: 2 }\niam:\n  serviceAccounts:\n    - metadata: { name: A }\n    - 3\n`,
    );
    expect(stderr.split('\n').map(line => line.split(' ')[0])).toEqual([
      'cluster.yaml:3:19:',
      'cluster.yaml:3:30:',
      'cluster.yaml:6:25:',
      'cluster.yaml:7:7:',
      'cluster.yaml:',
      '',
    ]);
  });
});

describe('not mapped, and said, is', () => {
  const P = 'iam.serviceAccounts[0]';
  const arns = '      attachPolicyARNs: [ arn:aws:iam::aws:policy/X ]\n';
  const policy = (document: string) => `    - metadata: { name: a }\n      attachPolicy: ${document}\n`;
  const unknown = 'It is not a known key of eksctl.io/v1alpha5. Check the spelling.';

  test.each([
    [
      'an unknown key',
      `    - metadata: { name: a }\n${arns}      subjectPatterns: "*"\n`,
      `9:7: not mapped: \`${P}.subjectPatterns\`. ${unknown}`,
      'subjectPatterns',
    ],
    [
      'a pattern that does not match the name',
      `    - metadata: { name: a }\n${arns}      subjectPattern: b*\n`,
      `9:7: not mapped: \`${P}.subjectPattern\`. It does not match the name of the service account, so its pods could `
        + 'not assume the role. Only the role is written, without the ServiceAccount.',
      'subjectPattern',
    ],
    [
      'an unknown key of metadata',
      `    - metadata: { name: a, uid: b }\n${arns}`,
      `7:28: not mapped: \`${P}.metadata.uid\`. ${unknown}`,
      'metadata.uid',
    ],
    [
      'an unknown well-known policy',
      '    - metadata: { name: a }\n      wellKnownPolicies: { constructor: true }\n',
      `8:28: not mapped: \`${P}.wellKnownPolicies.constructor\`. ${unknown}`,
      'wellKnownPolicies.constructor',
    ],
    [
      'App Mesh',
      '    - metadata: { name: a }\n      wellKnownPolicies: { appMesh: true, appMeshPreview: false }\n',
      `8:28: not mapped: \`${P}.wellKnownPolicies.appMesh\`. AWS has discontinued App Mesh. The role does not `
        + 'include it.',
      'wellKnownPolicies.appMesh',
    ],
    [
      'a key that would break out of a comment',
      `    - metadata: { name: a }\n${arns}      "x\\n; throw 1 //": "*"\n`,
      `9:7: not mapped: \`${P}["x\\n; throw 1 //"]\`. ${unknown}`,
      '["x\\n; throw 1 //"]',
    ],
    [
      'a CloudFormation function',
      policy('{ Statement: { Effect: Allow, Action: "*", Resource: { "Fn::Sub": "x" } } }'),
      `8:64: not mapped: \`${P}.attachPolicy.Statement.Resource\`. It contains a CloudFormation function. Write the `
        + 'policy in the program, with Fn or values such as stack.account.',
      'attachPolicy',
    ],
    [
      'a question mark in an action',
      policy('{ Statement: { Effect: Allow, Action: [ "s3:Get?bject" ], Resource: "*" } }'),
      `8:61: not mapped: \`${P}.attachPolicy.Statement.Action[0]\`. The CDK does not accept ? in an action. List the `
        + 'actions explicitly.',
      'attachPolicy',
    ],
    [
      'what is a variable in the other version',
      policy('{ Version: 2008-10-17, Statement: { Effect: Allow, Action: "*", Resource: "a${b}" } }'),
      `8:85: not mapped: \`${P}.attachPolicy.Statement.Resource\`. The CDK writes version 2012-10-17, in which \${…} `
        + 'is a variable, but this policy has version 2008-10-17, in which it is plain text. Set Version to the '
        + 'intended one.',
      'attachPolicy',
    ],
    [
      'another audience',
      `    - metadata: { name: a, annotations: { eks.amazonaws.com/audience: x } }\n${arns}`,
      `7:43: not mapped: \`${P}.metadata.annotations["eks.amazonaws.com/audience"]\`. The role trusts only `
        + 'sts.amazonaws.com, as in eksctl.',
      'metadata.annotations["eks.amazonaws.com/audience"]',
    ],
    [
      'a token without end',
      `    - metadata: { name: a, annotations: { eks.amazonaws.com/token-expiration: "9e9" } }\n${arns}`,
      `7:43: not mapped: \`${P}.metadata.annotations["eks.amazonaws.com/token-expiration"]\`. It must be 600 to 86400 `
        + 'seconds. Set tokenExpiration.',
      'metadata.annotations["eks.amazonaws.com/token-expiration"]',
    ],
    [
      'a strange endpoint',
      `    - metadata: { name: a, annotations: { eks.amazonaws.com/sts-regional-endpoints: "no" } }\n${arns}`,
      `7:43: not mapped: \`${P}.metadata.annotations["eks.amazonaws.com/sts-regional-endpoints"]\`. It must be "true" `
        + 'or "false". Set regionalStsEndpoint.',
      'metadata.annotations["eks.amazonaws.com/sts-regional-endpoints"]',
    ],
    [
      'roleOnly with an existing role',
      '    - metadata: { name: a }\n      attachRoleARN: arn:aws:iam::111122223333:role/x\n      roleOnly: true\n',
      `8:7: not mapped: \`${P}.attachRoleARN\`. In combination with roleOnly, eksctl creates neither a `
        + 'role nor a ServiceAccount, and neither does the program.',
      'attachRoleARN',
    ],
    [
      'an unknown key of iam',
      `    - metadata: { name: a }\n${arns}  more: 1\n`,
      `9:3: not mapped: \`iam.more\`. ${unknown}`,
      'iam.more',
    ],
    [
      'the roles of all add-ons',
      `    - metadata: { name: a }\n${arns}addonsConfig: { autoApplyPodIdentityAssociations: true }\n`,
      '9:17: not mapped: `addonsConfig.autoApplyPodIdentityAssociations`. It gives roles to add-ons through EKS Pod '
        + 'Identity. Keep managing it with eksctl.',
      'addonsConfig.autoApplyPodIdentityAssociations',
    ],
    [
      'the role of Karpenter',
      `    - metadata: { name: a }\n${arns}karpenter: { version: "1" }\n`,
      '9:1: not mapped: `karpenter`. eksctl creates a role for it. Keep managing it with eksctl, or add an '
        + 'IrsaServiceAccount.',
      'karpenter',
    ],
  ])('%s', (_, yaml, message, path) => {
    const { code, stdout, stderr } = importText(configWith(yaml));
    expect(stderr.split('\n')).toContain(`cluster.yaml:${message}`);
    expect(stdout.replace(/\n *\/\/ (?!Not mapped)/g, ' ')).toContain(`// Not mapped: ${path} (cluster.yaml:`);
    expect(code).toBe(0);
    expect(importText(configWith(yaml), '--strict').code).toBe(1);
  });

  test('but in what the program has no policy of', () => {
    const { stdout } = importText(
      configWith(policy('{ Statement: { Effect: Allow, Action: "*", Resource: { Ref: X } } }')),
    );
    expect(stdout).not.toContain('inlinePolicies:');
    expect(stdout).toContain("serviceAccountName: 'a',");
  });
});

describe('noted is', () => {
  const P = 'iam.serviceAccounts[0]';
  test.each([
    [
      'a service account without policies',
      '    - metadata: { name: a }\n',
      `7:7: note: \`${P}\`: has no policies, which eksctl would reject. The role has no policies.`,
    ],
    [
      'a role name',
      '    - metadata: { name: a }\n      roleName: b\n',
      `8:7: note: \`${P}.roleName\`: the role in eksctl's stack has this name until that stack is deleted, and role `
        + 'names are unique in IAM. Use a different name while both exist.',
    ],
    [
      'the status',
      '    - metadata: { name: a }\n      status: { roleARN: b }\n',
      `8:7: note: \`${P}.status\`: is ignored: eksctl writes it but does not read it.`,
    ],
    [
      'what eksctl ignores beside a role',
      '    - metadata: { name: a }\n      attachRoleARN: arn:aws:iam::111122223333:role/x\n      tags: { a: b }\n',
      `9:7: note: \`${P}.tags\`: is ignored, as in eksctl, because attachRoleARN refers to an existing role.`,
    ],
    [
      'a pattern beside a role',
      '    - metadata: { name: a }\n      attachRoleARN: arn:aws:iam::111122223333:role/x\n      subjectPattern: '
        + '"*:*"\n',
      `9:7: note: \`${P}.subjectPattern\`: is ignored, as in eksctl, because attachRoleARN refers to an existing role.`,
    ],
    [
      'what eksctl ignores with roleOnly',
      '    - metadata: { name: a, labels: { b: c } }\n      roleOnly: true\n',
      `7:28: note: \`${P}.metadata.labels\`: is ignored, as in eksctl, because roleOnly creates no ServiceAccount.`,
    ],
    [
      'the annotation of eksctl',
      '    - metadata: { name: a, annotations: { eks.amazonaws.com/role-arn: x } }\n',
      `7:43: note: \`${P}.metadata.annotations["eks.amazonaws.com/role-arn"]\`: is replaced with the role ARN of `
        + 'this service account, as in eksctl.',
    ],
    [
      'the id of a policy',
      '    - metadata: { name: a }\n      attachPolicy: { Id: x, Statement: { Effect: Allow, Action: "*", Resource: '
        + '"*" } }\n',
      `8:23: note: \`${P}.attachPolicy.Id\`: is left out, because the CDK does not write it. It has no effect.`,
    ],
    [
      'a policy of no account',
      '    - metadata: { name: a }\n      permissionsBoundary: arn:aws:iam::1:policy/x\n',
      `8:7: note: \`${P}.permissionsBoundary\`: no policy can have the ARN "arn:aws:iam::1:policy/x", so IAM will `
        + 'reject it. Correct it before you deploy.',
    ],
    [
      'the rest of the cluster',
      '    - metadata: { name: a }\nvpc: { id: x }\n',
      '8:1: note: `vpc`: concerns the cluster itself and remains managed by eksctl.',
    ],
  ])('%s', (_, yaml, message) => {
    const { code, stderr } = importText(configWith(yaml), '--strict');
    expect(stderr.split('\n')).toContain(`cluster.yaml:${message}`);
    expect(code).toBe(0);
  });

  test('an issuer that is perhaps not registered', () => {
    const { stderr } = importText(
      configWith('    - metadata: { name: a }\n').replace('withOIDC: true', 'withOIDC: false'),
    );
    expect(stderr).toContain(
      "cluster.yaml:5:3: note: `iam.withOIDC`: is not true. If the cluster's issuer is not registered with IAM "
        + 'yet, use new ClusterOidcProvider in the program.\n',
    );
  });
});

describe('the arguments', () => {
  const SEE = 'See cdk-irsa import eksctl --help.';
  test.each<[string, string[], string]>([
    ['without a file', [], `Missing required argument 'cluster.yaml'. ${SEE}`],
    ['with two files', ['a', 'b'], `Too many arguments for 'eksctl'. Expected 1 argument but got 2. ${SEE}`],
    ['with an unknown option', ['a', '--nothing'], `Unknown option '--nothing'. ${SEE}`],
    ['with an option that lacks its value', ['a', '--account'], `Option '--account <id>' argument missing. ${SEE}`],
    [
      'with an option for a value',
      ['a', '--output', '--force'],
      `\`--output\` must have a value that does not begin with -, got: "--force". ${SEE}`,
    ],
    [
      'with a bad account',
      ['a', '--account', '1'],
      `\`--account\` must be an account ID of 12 digits, got: "1". ${SEE}`,
    ],
    ...['http://x', 'https://abc.gr7.eu-west-1.eks.amazonaws.com', 'https://oidc.eks.eu-west-1.amazonaws.com'].map(
      (url): [string, string[], string] => [
        `with ${url} for an issuer`,
        ['a', '--issuer-url', url],
        '`--issuer-url` must be the issuer as `aws eks describe-cluster --name <cluster> '
          + '--query cluster.identity.oidc.issuer --output text` prints it: https://, host and path, '
          + `without a slash at the end, got: "${url}". ${SEE}`,
      ],
    ),
    [
      'with a bad hosted zone',
      ['a', '--hosted-zone', 'Z1', '--hosted-zone', '/hostedzone/Z2'],
      '`--hosted-zone` must be the ID of a hosted zone as `aws route53 list-hosted-zones` prints it, without '
        + `/hostedzone/, got: "/hostedzone/Z2". ${SEE}`,
    ],
    [
      'with a bad stack name',
      ['a', '--stack-name', '1'],
      '`--stack-name` must be the name of a stack: at most 128 letters, digits and -, beginning with a letter, got: '
        + `"1". ${SEE}`,
    ],
    ['with --force alone', ['a', '--force'], `\`--force\` requires \`--output\`. ${SEE}`],
  ])('%s are refused', (_, args, message) => {
    expect(cli('import', 'eksctl', ...args)).toEqual({ code: 2, stdout: '', stderr: `${message}\n` });
  });

  test('--output writes a new file, and an old one with --force alone', () => {
    const file = join(directory, 'app.ts');
    const text = configWith('    - metadata: { name: a }\n');
    const { stdout, stderr } = importText(text);
    expect(importText(text, '-o', file)).toEqual({ code: 0, stdout: '', stderr: `${stderr}${file}: written.\n` });
    expect(cli('import', 'eksctl', join(directory, 'cluster.yaml'), '--output', file)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${file}: exists, and cdk-irsa did not write it. Use --force to overwrite it.\n`,
    });
    writeFileSync(file, 'old');
    expect(importText(text, '--output', file, '--force').code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  test('--output into a directory is refused', () => {
    mkdirSync(join(directory, 'folder'), { recursive: true });
    expect(
      importText(configWith('    - metadata: { name: a }\n'), '--output', join(directory, 'folder'), '--force'),
    ).toEqual({ code: 2, stdout: '', stderr: `${join(directory, 'folder')}: cannot be written: it is a directory.\n` });
  });
});
