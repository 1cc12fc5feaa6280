/**
 * Properties over random input, decided by judges that somebody else wrote: IAM's evaluation by the simulator,
 * deployment by CloudFormation's documented functions, YAML by a strict parser.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Aws, CfnCondition, CfnOutput, CfnParameter, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { deployed } from './judges/deployment';
import { letsIn, trustPolicyErrors } from './judges/iam-simulator';
import { ACCOUNT, agnosticStack, literalStack, REGION, serviceAccount, trustPolicy } from './support';
import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from '../src';

const RUNS = { numRuns: 60, seed: 20260101 };

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const letter = fc.constantFrom(...LETTERS);
const label = (max: number) =>
  fc
    .tuple(letter, fc.string({ unit: fc.constantFrom(...LETTERS, '-'), maxLength: max - 2 }), letter)
    .map(([first, middle, last]) => `${first}${middle}${last}`);
const namespace = fc.oneof(letter, label(63));
const name = fc.oneof(
  letter,
  label(60),
  fc.array(label(20), { minLength: 2, maxLength: 4 }).map(labels => labels.join('.')),
);
const pattern = (unit: string) => fc.string({ unit: fc.constantFrom(...unit, 'a', 'b'), minLength: 1, maxLength: 6 });
const audience = fc.constantFrom('sts.amazonaws.com', 'vault', 'https://example.com/api');

interface Subject { kind: 'exact' | 'anyInNamespace' | 'matching'; namespace: string; name: string }
const exact = fc.record<Subject>({ kind: fc.constant('exact'), namespace, name });
const subject = fc.oneof(
  { weight: 3, arbitrary: exact },
  {
    weight: 1,
    arbitrary: fc.record<Subject>({ kind: fc.constant('anyInNamespace'), namespace, name: fc.constant('*') }),
  },
  {
    weight: 1,
    arbitrary: fc.record<Subject>({ kind: fc.constant('matching'), namespace: pattern('-*?'), name: pattern('-.*?') }),
  },
);
const grant = fc.record({ cluster: fc.nat(2), audience, subjects: fc.array(subject, { minLength: 1, maxLength: 5 }) });
const grants = fc.array(grant, { minLength: 1, maxLength: 5 });
type Grants = typeof grants extends fc.Arbitrary<infer T> ? T : never;

const ISSUERS = ['oidc.eks.eu-west-1.amazonaws.com/id/A', 'oidc.eks.eu-west-1.amazonaws.com/id/AB', 'kops.example.com'];
const arnOf = (issuer: string) => `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;

function toSubject({ kind, namespace: ns, name: sa }: Subject): ServiceAccountSubject {
  if (kind === 'exact') return ServiceAccountSubject.exact(ns, sa);
  return kind === 'anyInNamespace' ? ServiceAccountSubject.anyInNamespace(ns) : ServiceAccountSubject.matching(ns, sa);
}

function document(stack: Stack, list: Grants, issuerUrl: (cluster: number) => string): any {
  const trust = new TrustPolicy();
  list.forEach(({ cluster, audience: aud, subjects }, index) =>
    trust.addServiceAccounts(
      ClusterOidcProvider.fromIssuerUrl(stack, `Oidc${index}`, issuerUrl(cluster)),
      subjects.map(toSubject),
      { audience: aud },
    ),
  );
  new IrsaRole(stack, 'Role', { trust });
  return trustPolicy(stack);
}

const literalDocument = (list: Grants) => document(literalStack(), list, cluster => `https://${ISSUERS[cluster]}`);
const DEPLOYMENT = {
  values: { 'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws', 'AWS::Region': REGION },
  exports: Object.fromEntries(ISSUERS.map((issuer, index) => [`Issuer${index}`, `https://${issuer}`])),
};
const deferredDocument = (list: Grants) =>
  document(agnosticStack(), list, cluster => Fn.importValue(`Issuer${cluster}`));
const afterDeployment = (value: any) => JSON.parse(deployed(value, DEPLOYMENT));

/**
 * What the user asked for, read off the input: `*` any text, `?` one character. No token has line breaks; the
 * simulator's wildcards stop there.
 */
function isMeant(list: Grants, issuer: string, aud: string, sub: string): boolean {
  const asked = list
    .filter(it => ISSUERS[it.cluster] === issuer && it.audience === aud)
    .flatMap(({ subjects }) => subjects);
  return asked.some(({ kind, namespace: ns, name: sa }) => {
    const text = `system:serviceaccount:${ns}:${sa}`;
    if (kind === 'exact') return text === sub;
    const expression = text.replace(/[.+^$()|[\]\\{}]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
    return new RegExp(`^${expression}$`).test(sub);
  });
}

/** The subject itself, and what is close to it. */
function nearby(sub: string): string[] {
  const [,, ns, sa] = sub.split(':');
  const make = (a: string, b: string) => `system:serviceaccount:${a}:${b}`;
  return [
    sub,
    make(`${ns}x`, sa),
    make(`x${ns}`, sa),
    make('other', sa),
    make(ns, `${sa}x`),
    make(ns, `x${sa}`),
    make(ns, `${sa}-2`),
    make(ns, 'default'),
    make(sa, ns),
    make(ns.toUpperCase(), sa),
    make(ns, sa.toUpperCase()),
    make(ns, ''),
    make('', sa),
    '',
    `${sub}\n`,
    `\n${sub}`,
    ` ${sub}`,
    `"${sub}"`,
    `${sub}"`,
    `\${${sub}}`,
    make(ns, '*'),
    make('*', '*'),
    make(ns, '?'),
    '*',
    'system:serviceaccount:*',
    `system:node:${ns}:${sa}`,
    `${ns}:${sa}`,
    `${sub}:x`,
    sub.slice(0, -1),
  ];
}

test('the deferred trust policy, deployed, is the literal one', () => {
  fc.assert(fc.property(grants, list => {
    const deferred = deferredDocument(list);
    expect(Object.keys(deferred)).toEqual(['Fn::Sub']);
    expect(afterDeployment(deferred)).toEqual(literalDocument(list));
  }), RUNS);
});

test('so it is with names from parameters', () => {
  fc.assert(fc.property(exact, audience, (one, aud) => {
    const list: Grants = [{ cluster: 0, audience: aud, subjects: [one] }];
    const stack = agnosticStack();
    const parameter = (id: string) =>
      new CfnParameter(stack, id, { allowedPattern: '^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$' }).valueAsString;
    const deferred = document(
      stack,
      [{ ...list[0], subjects: [{ ...one, namespace: parameter('Ns'), name: parameter('Name') }] }],
      () => Fn.importValue('Issuer0'),
    );
    const values = { ...DEPLOYMENT.values, Ns: one.namespace, Name: one.name };
    expect(JSON.parse(deployed(deferred, { ...DEPLOYMENT, values }))).toEqual(literalDocument(list));
  }), RUNS);
});

/** A form that a name can have in an app: what stands in the code, and what the deployment makes of it. */
interface Form {
  readonly isSafe: boolean;
  readonly write: (stack: Stack, name: string, id: string) => string;
}

const exportsOf = (stack: Stack) =>
  (stack.node.root.node.tryFindChild('Exports') as Stack | undefined)
  ?? agnosticStack(stack.node.root as App, 'Exports');
const safeParameter = (stack: Stack, id: string) =>
  new CfnParameter(stack, id, { allowedPattern: '^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$' }).valueAsString;
const iff = (id: string, yes: any, no: any) => Fn.conditionIf(id, yes, no);

const FORMS: Record<string, Form> = {
  'literal': { isSafe: true, write: (_, text) => text },
  'lazy': { isSafe: true, write: (_, text) => Lazy.string({ produce: () => text }) },
  'split': { isSafe: true, write: (_, text) => Fn.select(1, Fn.split('/', `x/${text}`)) },
  'parameter': { isSafe: true, write: (stack, _, id) => safeParameter(stack, id) },
  'parameter of another stack': {
    isSafe: true,
    write: (stack, _, id) => exportsOf(stack).exportValue(safeParameter(exportsOf(stack), id)),
  },
  'named export': {
    isSafe: true,
    write: (stack, _, id) => {
      new CfnOutput(exportsOf(stack), `Out${id}`, {
        value: safeParameter(exportsOf(stack), id),
        exportName: `named-${id}`,
      });
      return Fn.importValue(`named-${id}`);
    },
  },
  'export of another app': { isSafe: true, write: (_stack, _, id) => Fn.importValue(`foreign-${id}`) },
  'attribute that repeats': {
    isSafe: true,
    write: (stack, text, id) => new ssm.StringParameter(stack, `Ssm${id}`, { stringValue: text }).stringValue,
  },
  'choice': { isSafe: true, write: (_, text) => iff('Yes', text, 'other').toString() },
  'nested choice': { isSafe: true, write: (_, text) => iff('No', 'other', iff('Yes', text, 'another')).toString() },
  'choice of a parameter': {
    isSafe: true,
    write: (stack, _, id) => iff('Yes', safeParameter(stack, id), 'other').toString(),
  },
  'nothing': { isSafe: false, write: () => Aws.NO_VALUE },
  'choice of nothing': { isSafe: false, write: (_, text) => iff('Yes', text, Aws.NO_VALUE).toString() },
  'nested choice of nothing': {
    isSafe: false,
    write: (_, text) => iff('Yes', text, iff('No', text, Aws.NO_VALUE)).toString(),
  },
  'dynamic reference': { isSafe: false, write: () => Fn.join('', ['{{resolve:ssm:', '/name:1}}']) },
  'mapping': { isSafe: false, write: () => Fn.findInMap('Map', Aws.REGION, 'Name') },
  'open parameter': { isSafe: false, write: (stack, _, id) => new CfnParameter(stack, id).valueAsString },
  'export of an open parameter': {
    isSafe: false,
    write: (stack, _, id) => exportsOf(stack).exportValue(new CfnParameter(exportsOf(stack), id).valueAsString),
  },
};
const formsThat = (isSafe: boolean) =>
  fc.constantFrom(...Object.keys(FORMS).filter(key => FORMS[key].isSafe === isSafe));
const safeForm = formsThat(true);
const places = ['namespace', 'name', 'audience'] as const;

/** The subject and audience, each in its form, as they stand in an app. */
function inForms(
  stack: Stack,
  one: Subject,
  aud: string,
  [namespaceForm, nameForm, audienceForm]: string[],
): [string, string, any] {
  for (const id of ['Yes', 'No']) new CfnCondition(stack, id, { expression: Fn.conditionEquals('a', 'a') });
  return [
    FORMS[namespaceForm].write(stack, one.namespace, 'Namespace'),
    FORMS[nameForm].write(stack, one.name, 'Name'),
    FORMS[audienceForm].write(stack, aud, 'Audience'),
  ];
}

const buildWith = (stack: Stack, isDeferred: boolean, one: Subject, [ns, sa, aud]: [string, string, any]) =>
  document(stack, [{ cluster: 0, audience: aud, subjects: [{ ...one, namespace: ns, name: sa }] }], () =>
    isDeferred ? Fn.importValue('Issuer0') : `https://${ISSUERS[0]}`,
  );

test('a name or an audience in a form that can vanish, or become anything, is refused wherever it stands', () => {
  const safeForms = fc.tuple(safeForm, safeForm, safeForm);
  const unsafeForm = formsThat(false);
  fc.assert(
    fc.property(
      exact,
      safeForms,
      unsafeForm,
      fc.constantFrom(...places),
      fc.boolean(),
      (one, safe, unsafe, place, isDeferred) => {
        const stack = isDeferred ? agnosticStack() : literalStack();
        const forms = safe.map((key, index) => (places[index] === place ? unsafe : key));
        const given = inForms(stack, one, 'vault', forms);
        expect(() => buildWith(stack, isDeferred, one, given)).toThrow(
          /must (always have a value|not be a dynamic reference|contain only literals and|have an allowedPattern|be )/,
        );
      },
    ),
    { ...RUNS, numRuns: 80 },
  );
});

test('in any other form exactly those who were named get in', () => {
  fc.assert(
    fc.property(
      exact,
      audience,
      fc.tuple(safeForm, safeForm, safeForm),
      fc.boolean(),
      (one, aud, forms, isDeferred) => {
        const stack = isDeferred ? agnosticStack() : literalStack();
        const list: Grants = [{ cluster: 0, audience: aud, subjects: [one] }];
        // An audience with other characters than a name can only be a literal.
        const given = inForms(stack, one, aud, [forms[0], forms[1], /^[a-z0-9.-]+$/.test(aud) ? forms[2] : 'literal']);
        const rendered = JSON.stringify(buildWith(stack, isDeferred, one, given));

        const names: Record<string, string> = { Namespace: one.namespace, Name: one.name, Audience: aud };
        const anyExport = Object.fromEntries(
          Object.entries(names).flatMap(([id, value]) => [
            [`foreign-${id}`, value],
            [`named-${id}`, value],
            [`Exports:ExportsOutputRef${id}`, value],
          ]),
        );
        const attributes = Object.fromEntries(
          [...rendered.matchAll(/"Fn::GetAtt":\["(Ssm(Namespace|Name|Audience)[0-9A-F]+)","Value"\]/g)].map(
            ([, id, which]) => [`${id}.Value`, names[which]],
          ),
        );
        const exported = new Proxy(
          { ...DEPLOYMENT.exports, ...anyExport },
          {
            // CDK adds a hash to the names of its own exports.
            getOwnPropertyDescriptor: (target: any, key: string) =>
              Object.getOwnPropertyDescriptor(target, key.replace(/[0-9A-F]{8}$/, '')),
            get: (target: any, key: string) => target[key] ?? target[key.replace(/[0-9A-F]{8}$/, '')],
          },
        );
        const policy = deployed(JSON.parse(rendered), {
          values: { ...DEPLOYMENT.values, ...names, ...attributes },
          exports: exported,
          conditions: { Yes: true, No: false },
        });
        const trust = typeof policy === 'string' ? JSON.parse(policy) : policy;
        for (const near of nearby(`system:serviceaccount:${one.namespace}:${one.name}`)) {
          for (const other of [aud, 'other', '', '*']) {
            const allowed = letsIn(trust, {
              providerArn: arnOf(ISSUERS[0]),
              issuer: ISSUERS[0],
              sub: near,
              aud: other,
            });
            expect({ near, other, allowed }).toEqual({ near, other, allowed: isMeant(list, ISSUERS[0], other, near) });
          }
        }
      },
    ),
    { ...RUNS, numRuns: 80 },
  );
});

test('IAM finds nothing wrong with any trust policy', () => {
  fc.assert(fc.property(grants, list => {
    expect(trustPolicyErrors(literalDocument(list))).toEqual([]);
  }), RUNS);
});

test('exactly those who were named get in, and nobody beside them', () => {
  fc.assert(fc.property(grants, list => {
    const policy = literalDocument(list);
    const identities = list.flatMap(({ cluster, audience: aud, subjects }) =>
      subjects.flatMap(({ namespace: ns, name: sa }) => {
        const sub = `system:serviceaccount:${ns}:${sa}`.replace(/[*?]/g, 'a');
        return [
          ...nearby(sub).map(near => ({ issuer: ISSUERS[cluster], sub: near, aud })),
          ...ISSUERS.flatMap(issuer =>
            ['sts.amazonaws.com', 'vault', 'Vault', '', '*'].map(other => ({ issuer, sub, aud: other })),
          ),
        ];
      }),
    );
    for (const { issuer, sub, aud } of identities) {
      const allowed = letsIn(policy, { providerArn: arnOf(issuer), issuer, sub, aud });
      expect({ issuer, sub, aud, allowed }).toEqual({ issuer, sub, aud, allowed: isMeant(list, issuer, aud, sub) });
    }
  }), { ...RUNS, numRuns: 25 });
});

test('a token without aud or sub, or vouched for by another provider, never gets in', () => {
  fc.assert(fc.property(grants, list => {
    const policy = literalDocument(list);
    for (const { cluster, audience: aud, subjects: [first] } of list) {
      const issuer = ISSUERS[cluster];
      const sub = `system:serviceaccount:${first.namespace}:${first.name}`.replace(/[*?]/g, 'a');
      const identity = { providerArn: arnOf(issuer), issuer, sub, aud };
      expect(letsIn(policy, identity)).toBe(true);
      expect(letsIn(policy, { ...identity, aud: undefined })).toBe(false);
      expect(letsIn(policy, { ...identity, sub: undefined })).toBe(false);
      expect(letsIn(policy, { ...identity, providerArn: arnOf('evil.example.com') })).toBe(false);
      expect(letsIn(policy, { ...identity, providerArn: `${arnOf(issuer)}/x` })).toBe(false);
      expect(letsIn(policy, { ...identity, providerArn: arnOf(issuer).replace(ACCOUNT, '444455556666') })).toBe(false);
    }
  }), RUNS);
});

const labelValue = fc.oneof(fc.constantFrom('', 'true', 'yes', '1', '0755', 'null', '1e3', '12'), label(63));
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'a: b',
    '- x',
    '#',
    '"',
    "'",
    '\n',
    'a\nb\n',
    '@x',
    '`',
    '%',
    '!',
    '&a',
    '*a',
    '{}',
    '[]',
    '|',
    '>',
    '~',
    'no',
    '${x}',
    '\\',
    '\t',
    ' ',
  ),
);

test('what is written as YAML reads back as the same object, in the file and in the output', () => {
  fc.assert(
    fc.property(
      exact,
      fc.dictionary(label(20), labelValue),
      fc.dictionary(label(20), anyText),
      (one, labels, annotations) => {
        const props = { namespace: one.namespace, serviceAccountName: one.name, labels, annotations };
        const app = new App();
        const sa = serviceAccount(literalStack(app), 'Sa', { ...props, roleName: 'role' });
        const parse = (text: string) =>
          parseAllDocuments(text, { strict: true, version: '1.1' }).map(it => {
            expect(it.errors).toEqual([]);
            return it.toJS();
          });
        app.synth();
        expect(parse(readFileSync(join(app.outdir, 'Stack.k8s.yaml'), 'utf8'))).toEqual([sa.toManifest()]);

        const agnostic = agnosticStack();
        serviceAccount(agnostic, 'Sa', props);
        const { Outputs, Resources } = Template.fromStack(agnostic).toJSON();
        const [role] = Object.keys(Resources);
        const values = { ...DEPLOYMENT.values, [`${role}.Arn`]: sa.roleArn };
        expect(parse(deployed(Outputs.KubernetesManifests.Value, { values }))).toEqual([sa.toManifest()]);
      },
    ),
    RUNS,
  );
});
