import { hitsIn } from '../scripts/lint-words';

const foundIn = (name: string, text: string) =>
  hitsIn(name, text).map(({ line, column, found }) => [line, column, found]);

describe('phrases', () => {
  test.each([
    ['switches a rule off, with a reason that is told', 'Disables a rule. The reason appears in the output.'],
    ['An account takes one provider an issuer.', 'IAM allows one provider per issuer in an account.'],
    ['must be registered once an account', 'must be registered only once per account'],
    ["@throws when the cluster's name is none", '@throws if the name is not a valid EKS cluster name'],
    ['The cluster X tells no OIDC issuer', 'Cluster X has no OIDC issuer. IRSA requires one.'],
    ['its account has not 12 digits', 'its account ID does not have 12 digits'],
    ['blanks around it', 'leading or trailing whitespace'],
    ['they know nothing of each other', 'partitions are isolated from each other'],
    ['X can assume Y, and is not among the given.', 'X can assume Y but is not in the expected list.'],
    [
      'Nobody can tell whether the policy lets X in.',
      'The trust policy does not determine whether X can assume the role.',
    ],
    ['the webhook is to be seen', 'the webhook is visible'],
    ['pods are made anew', 'pods are re-created when the role changes'],
    ['No rule has found anything.', 'No findings.'],
    ['the only door to wildcards', 'the only factory that accepts wildcards'],
    ['an own detour', 'a separate path, indirectly'],
    ['This is in order.', 'in order to deploy, sort them in order of age'],
    ['a bucket of yours', 'your bucket'],
    ['The behaviour of the licence', 'The behavior of the license'],
    ['recognise, analysed, neighbouring', 'recognize, analyzed, precise, exercise, promise'],
  ])('%s', (before, after) => {
    expect(foundIn('a.md', before)).not.toEqual([]);
    expect(foundIn('a.md', after)).toEqual([]);
  });
});

describe('in code', () => {
  test.each<[what: string, code: string, expected: [number, number, string][]]>([
    ['a string', "throw new Error('it was told');", [[1, 21, 'was told']]],
    ['strings that are joined', "const text = 'it was '\n  + 'told';", [[1, 18, 'was told']]],
    ['a template', 'const text = `${role} was told`;', [[1, 23, 'was told']]],
    ['a comment', 'run(); // made anew', [[1, 11, 'made anew']]],
    ['a comment of two lines', '// made\n// anew\nrun();', [[1, 4, 'made anew']]],
    ['a docstring of two lines', '/**\n * It was\n * told.\n */\nrun();', [[2, 7, 'was told']]],
    ['a docstring of a member', 'class A {\n  /** Made anew. */\n  b = 1;\n}', [[2, 7, 'Made anew']]],
    ['names', 'const beside = anew.alone;', []],
    ['an import', "import { a } from './beside';", []],
    ['code in a sentence', "const text = 'Set `beside` to 1'; // `anew`", []],
    ['two strings', "call('it was', 'told');", []],
    ['a value in a sentence', 'const text = `was ${told}`;', []],
  ])('%s', (_, code, expected) => expect(foundIn('a.ts', code)).toEqual(expected));
});

describe('in Markdown', () => {
  test.each<[what: string, text: string, expected: [number, number, string][]]>([
    ['two lines', '# Title\n\nIt is\ntold.\n', [[3, 4, 'is told']]],
    ['two paragraphs', 'It is\n\ntold.\n', []],
    ['code', '```sh\necho anew\n```\n\n`anew` <!-- anew --> [x](beside.md)\n', []],
    ['a comment in TypeScript', '```ts\n// made anew\nanew();\n```\n', [[2, 4, 'made anew']]],
    ['the text of a link', '[made anew](a.md)', [[1, 2, 'made anew']]],
  ])('%s', (_, text, expected) => expect(foundIn('a.md', text)).toEqual(expected));
});
