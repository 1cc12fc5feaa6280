/**
 * Whatever a text of the input holds, the program is the same calls with that text in its place.
 */
import { writeFileSync } from 'fs';
import { join } from 'path';
import * as fc from 'fast-check';
import * as ts from 'typescript';
import { cli, configWith, directory, importText } from '../support';

const NAME = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
const HOSTILE = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      "'); process.exit(1); //",
      '`${process.exit(1)}`',
      '\\',
      "\\'",
      '*/ throw 1 /*',
      '// x\n throw 1',
      '\u2028throw 1',
      '\u2029',
      '\r\nthrow 1;',
      '\0',
      '\u202e',
      '</script>',
      '__proto__',
      'constructor',
      '${AWS::AccountId}',
      '\ud800',
      '',
      ' ',
      '~',
      'yes',
      '0x10',
      '2012-10-17',
      '<<',
      '*a',
      '&a',
      '!!js/function x',
    ),
  )
  .filter(text => !/[$#]\{Token\[/.test(text));
const TAGS = fc.dictionary(
  HOSTILE.filter(key => key !== '' && key.length <= 128 && !key.startsWith('aws:')),
  HOSTILE,
  { maxKeys: 3 },
);
const STATEMENT = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.uniqueArray(fc.constantFrom('s3:*', '*', 'kms:Decrypt'), { minLength: 1 }),
  Resource: fc.oneof(HOSTILE, fc.array(HOSTILE, { minLength: 1, maxLength: 3 })),
  Condition: fc.dictionary(HOSTILE.filter(isNoFunction), fc.dictionary(
    HOSTILE.filter(isNoFunction),
    fc.oneof(HOSTILE, fc.boolean(), fc.integer(), fc.array(HOSTILE, { minLength: 1, maxLength: 2 })),
    { maxKeys: 2 },
  ), { maxKeys: 2 }),
});
const ACCOUNT = fc.record({
  subjectPattern: fc.constantFrom(undefined, '*', '?*'), // they match every name
  metadata: fc.record({
    name: NAME,
    namespace: NAME,
    annotations: fc.dictionary(fc.constantFrom('a', 'example.com/b', 'constructor'), HOSTILE),
  }),
  attachPolicyARNs: fc.array(
    fc.stringMatching(/^arn:aws:iam::111122223333:policy\/[!-~]{1,12}$/).filter(arn => !/[$#]\{Token\[/.test(arn)),
    { maxLength: 3 },
  ),
  attachPolicy: fc.record({
    Version: fc.constant('2012-10-17'),
    Statement: fc.array(STATEMENT, { minLength: 1, maxLength: 2 }),
  }),
  tags: TAGS,
});
const CONFIG = fc.record({
  tags: TAGS,
  accounts: fc.uniqueArray(ACCOUNT, {
    minLength: 1,
    maxLength: 4,
    selector: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  }),
  unknown: fc.dictionary(
    HOSTILE.filter(
      key =>
        !/^(metadata|attach.*|wellKnownPolicies|permissionsBoundary|role.*|subjectPattern|tags|status|<<)$/.test(key),
    ),
    HOSTILE,
    { maxKeys: 2 },
  ),
});

test('hostile texts stay texts', () => {
  fc.assert(fc.property(CONFIG, ({ tags, accounts, unknown }) => {
    const { code, stdout, stderr } = importText(JSON.stringify({
      apiVersion: 'eksctl.io/v1alpha5',
      kind: 'ClusterConfig',
      metadata: { name: 'test', region: 'eu-west-1', tags },
      iam: { withOIDC: true, serviceAccounts: accounts.map(account => ({ ...account, ...unknown })) },
    }));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toMatch(/defect|^ +at /m);
    expect(stderr.split('\n').filter(line => line.includes(': not mapped: '))).toHaveLength(
      accounts.length * Object.keys(unknown).length,
    );
    expect(statementsOf(stdout)).toEqual(expectedStatements(tags, accounts));
  }), { numRuns: 150 });
}, 300_000);

test.each(['a\nthrow 1;.yaml', 'a\u2028throw 1;.yaml'])('a file called %j stays in the comments', name => {
  const file = join(directory, name);
  writeFileSync(file, configWith('    - metadata: { name: a }\n      wellKnownPolicies: { externalDNS: true }\n'));
  const { code, stdout, stderr } = cli('import', 'eksctl', file);
  expect(code).toBe(0);
  expect(statementsOf(stdout)).toHaveLength(6);
  expect(stderr).not.toMatch(/\nthrow|\u2028/);
});

test('arbitrary bytes are refused in words', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 200 })), bytes => {
      const { code, stdout, stderr } = importText(bytes);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^cluster\.yaml:/);
      expect(stderr).not.toMatch(/defect|^ +at /m);
    }),
    { numRuns: 500 },
  );
});

/** What the program must be, from the input alone. Ids and variables are taken as they come. */
function expectedStatements(tags: Record<string, string>, accounts: any[]): any[] {
  const tagCalls = (own: Record<string, string>) =>
    Object.entries(own).map(([key, value]) => [
      'call',
      ['.', ['call', ['.', 'Tags', 'of'], 'VARIABLE'], 'add'],
      ['text', key],
      ['text', value],
    ]);
  return [
    'import',
    'import',
    'import',
    ['new', 'App'],
    [
      'new',
      'Stack',
      'VARIABLE',
      ['text', 'TestServiceAccounts'],
      { env: { account: ['.', ['.', 'process', 'env'], 'CDK_DEFAULT_ACCOUNT'], region: ['text', 'eu-west-1'] } },
    ],
    ...tagCalls(tags),
    ['call', ['.', 'ClusterOidcProvider', 'fromLookup'], 'VARIABLE', 'ID', { clusterName: ['text', 'test'] }],
    ...accounts.flatMap(
      ({ metadata: { name, namespace, annotations }, attachPolicyARNs, attachPolicy, subjectPattern, tags: own }) => [
        [
          'new',
          'IrsaServiceAccount',
          'VARIABLE',
          'ID',
          {
            oidcProvider: 'VARIABLE',
            namespace: ['text', namespace],
            serviceAccountName: ['text', name],
            ...(!['default', 'kube-system'].includes(namespace) && { createNamespace: true }),
            ...(Object.keys(annotations).length > 0 && { annotations: texts(annotations) }),
            ...(attachPolicyARNs.length > 0 && {
              managedPolicies: attachPolicyARNs.map((arn: string) => [
                'call',
                ['.', 'ManagedPolicy', 'fromManagedPolicyArn'],
                'VARIABLE',
                'ID',
                ['text', arn],
              ]),
            }),
            inlinePolicies: { attachPolicy: ['call', ['.', 'PolicyDocument', 'fromJson'], texts(attachPolicy)] },
          },
        ],
        ...tagCalls(own),
        ...(subjectPattern
          ? [
            [
              'call',
              ['.', ['.', 'VARIABLE', 'trust'], 'addServiceAccounts'],
              'VARIABLE',
              [['call', ['.', 'ServiceAccountSubject', 'matching'], ['text', namespace], ['text', subjectPattern]]],
            ],
          ]
          : []),
      ],
    ),
  ];
}

function texts(value: any): any {
  if (typeof value === 'string') return ['text', value];
  if (Array.isArray(value)) return value.map(texts);
  if (typeof value !== 'object') return value;
  return entriesObject(Object.entries(value).map(([key, item]) => [key, texts(item)]));
}

/** An object that has `__proto__` as a key of its own, too. */
function entriesObject(entries: [string, any][]): any {
  return Object.fromEntries(entries);
}

/** The statements as TypeScript reads them. */
function statementsOf(program: string): any[] {
  const source = ts.createSourceFile('app.ts', program, ts.ScriptTarget.ES2022, true);
  expect((source as any).parseDiagnostics).toEqual([]);
  return source.statements.map(statement => {
    if (ts.isImportDeclaration(statement)) return 'import';
    if (ts.isExpressionStatement(statement)) return read(statement.expression);
    if (ts.isVariableStatement(statement)) return read(statement.declarationList.declarations[0].initializer!);
    throw new Error(`unexpected statement: ${statement.getText()}`);
  });
}

function read(node: ts.Node): any {
  if (ts.isStringLiteral(node)) return ['text', node.text];
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand)) return -Number(node.operand.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isIdentifier(node)) return /^[A-Z]/.test(node.text) || node.text === 'process' ? node.text : 'VARIABLE';
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(read);
  if (ts.isPropertyAccessExpression(node)) return ['.', read(node.expression), node.name.text];
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
    const args = (node.arguments ?? []).map(read);
    const isConstruct =
      args[0] === 'VARIABLE' && /^[A-Za-z]\w*$/.test(args[1]?.[1] ?? '') && read(node.expression) !== 'Stack';
    return [
      ts.isNewExpression(node) ? 'new' : 'call',
      read(node.expression),
      ...args.map((argument, index) => (isConstruct && index === 1 ? 'ID' : argument)),
    ];
  }
  if (ts.isObjectLiteralExpression(node)) {
    const valueOf = (property: ts.ObjectLiteralElementLike) =>
      read(ts.isPropertyAssignment(property) ? property.initializer : property.name!);
    return entriesObject(node.properties.map(property => [keyOf(property), valueOf(property)]));
  }
  throw new Error(`unexpected: ${ts.SyntaxKind[node.kind]} ${node.getText()}`);
}

function keyOf(property: ts.ObjectLiteralElementLike): string {
  const name = property.name!;
  if (ts.isComputedPropertyName(name)) return (name.expression as ts.StringLiteral).text;
  expect(name.getText()).not.toMatch(/^['"]?__proto__['"]?$/); // the prototype, not a key
  return (name as ts.StringLiteral | ts.Identifier).text;
}

function isNoFunction(key: string): boolean {
  return !/^(Ref|Fn::.+)$/s.test(key) && key !== '<<';
}
