/**
 * What `verify` and `report` take: assemblies, templates, manifests, folders of them.
 */
import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join, relative } from 'path';
import { cli } from './support';
import { annotated, arnOf, mapOf, role, trusting, webIdentity } from '../analysis/rules/support';
import { ISSUER } from '../support';

const folder = mkdtempSync(join(tmpdir(), 'verify-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]) => join(folder, ...names);
function write(name: string, text: string): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  return at(name);
}
function verify(...args: string[]) {
  const { code, stdout, stderr } = cli('verify', ...args, '--format', 'json');
  const result = stdout === '' ? undefined : JSON.parse(stdout);
  return { code, stderr, result, rules: result?.findings.map(({ rule }: any) => rule) };
}

/** With the short forms of functions; nothing holds the audience. */
const YAML_TEMPLATE = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Issuer: { Type: String, Default: ${ISSUER} }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal: { Federated: !Sub 'arn:aws:iam::111122223333:oidc-provider/\${Issuer}' }
            Condition: { StringEquals: { '${ISSUER}:sub': !Join [':', [system, serviceaccount, payments, api]] } }
      Path: !If [Never, !Ref AWS::NoValue, /]
  Policy:
    Type: AWS::IAM::Policy
    Properties: { PolicyName: p, Roles: [!Ref Role], PolicyDocument: { Statement: [] } }
Outputs:
  Arn: { Value: !GetAtt Role.Arn }
`;
const SOUND = JSON.stringify({ Resources: { Role: role('api', [trusting()]) } });
const UNSOUND = JSON.stringify({ Resources: { Role: role('api', [webIdentity()]) } });

test('a template in YAML, with functions in their short forms', () => {
  const { code, result, rules } = verify(write('template.yaml', YAML_TEMPLATE));
  expect(rules).toContain('missing-aud');
  expect(rules).not.toContain('missing-sub');
  expect([code, result.counts.roles]).toEqual([1, 1]);
});

test('a template in JSON', () => {
  expect(verify(write('sound.json', SOUND))).toMatchObject({ code: 0, result: { clean: true, counts: { roles: 1 } } });
  expect(verify(write('unsound.template', UNSOUND)).rules).toEqual(
    expect.arrayContaining(['missing-aud', 'missing-sub']),
  );
});

describe('a template, which does not tell its account, beside manifests, which do', () => {
  const template = write('accounts/template.json', SOUND);
  const twin = write('accounts/twin.json', SOUND);
  const manifest = (name: string) => write(`accounts/${name}.yaml`, annotated(`payments/${name}`, arnOf('api')));
  const notFound = expect.arrayContaining(['role-not-found']);

  test('the trust of the role is compared', () => {
    expect(verify(template, manifest('api'))).toMatchObject({ code: 0, result: { clean: true } });
    expect(verify(template, manifest('api')).rules).not.toEqual(notFound);
    const { code, rules } = verify(template, manifest('web'));
    expect([code, rules]).toEqual([1, expect.arrayContaining(['role-does-not-trust'])]);
  });

  test('a role of this name in two templates may be of either', () => {
    expect(verify(template, twin, manifest('web')).rules).toEqual(notFound);
  });

  test('a role with another name or path is another one', () => {
    const other = write('accounts/other.yaml', annotated('payments/api', arnOf('path/api')));
    expect(verify(template, other).rules).toEqual(notFound);
  });
});

test('several at once, an assembly among them', () => {
  const { folder: app } = mapOf({ resources: { Role: role('one', [trusting()]) } });
  const { result } = verify(join(app, 'cdk.out'), write('sound.json', SOUND));
  expect(result.counts.roles).toBe(2);
});

describe('templates with the same file name and logical IDs are not mixed up', () => {
  const both = (parent: string, resources: (name: string) => object) => {
    for (const name of ['blue', 'green']) {
      write(`${parent}/${name}/stack.json`, JSON.stringify({ Resources: resources(name) }));
    }
    return verify(at(parent)).result;
  };
  const openRoles = ({ findings }: any) => findings
    .filter(({ message, suppressed }: any) => /accepts every token/.test(message) && suppressed === undefined)
    .map(({ place }: any) => relative(at('.'), place.file));

  test('the names of their roles', () => {
    const messages = both('names', name => ({ Role: role(name, [webIdentity()]) }))
      .findings.map(({ message }: any) => message);
    for (const name of ['blue', 'green']) {
      expect(messages).toContainEqual(expect.stringMatching(`^Role ${name}, .*accepts every token`));
    }
  });

  test('their suppressions', () => {
    const rules = ['missing-aud', 'missing-sub'].map(id => ({ id, reason: 'a test' }));
    const result = both('suppressions', name => ({
      Role: {
        ...role(name, [webIdentity()]), ...name === 'blue' && { Metadata: { cdk_irsa: { rules_to_suppress: rules } } },
      },
    }));
    expect(openRoles(result)).toEqual(['suppressions/green/stack.json']);
  });

  test('the policies of roles without a name', () => {
    both('unnamed', name => {
      const { RoleName: _, ...Properties } = role('any', [trusting()]).Properties;
      const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] };
      return {
        Role: { Type: 'AWS::IAM::Role', Properties },
        ...name === 'blue' && {
          Policy: {
            Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'read', PolicyDocument, Roles: [{ Ref: 'Role' }] },
          },
        },
      };
    });
    const { roles } = JSON.parse(cli('report', at('unnamed'), '--format', 'json').stdout);
    expect(roles.map(({ place, policies }: any) => [relative(at('unnamed'), place.file), policies.length])).toEqual([
      ['blue/stack.json', 1], ['green/stack.json', 0],
    ]);
  });
});

test('a file that is named twice is read once', () => {
  const [template, manifest] = [write('twice/app.json', SOUND), write('twice/sa.yaml', annotated('a/b', arnOf('api')))];
  const { folder: app } = mapOf({ resources: { Role: role('one', [trusting()]) } });
  const assembly = join(app, 'cdk.out');
  const counted = (...args: string[]) => {
    const { counts: { roles, serviceAccounts }, unreadable, findings } = verify(...args).result;
    return { roles, serviceAccounts, unreadable, findings };
  };
  const once = counted(assembly, template, manifest);
  expect(once).toMatchObject({ roles: 2, unreadable: [] });
  expect(counted(
    assembly, `${assembly}/`, template, template, at('twice'), at('twice'), '--manifests', manifest, manifest,
  )).toEqual(once);
});

test('an assembly is read once, whatever it is called, and also if a part of it is named', () => {
  const assembly = (name: string, artifact: string, stack: string, others: object = {}) => {
    write(`${name}/${stack}.template.json`, JSON.stringify({ Resources: { Role: role(stack, [webIdentity()]) } }));
    const properties = { templateFile: `${stack}.template.json` };
    return write(`${name}/manifest.json`, JSON.stringify({
      version: '36.0.0',
      artifacts: { [stack]: { type: 'aws:cloudformation:stack', displayName: artifact, properties }, ...others },
    })).replace('/manifest.json', '');
  };
  const stage = assembly('stages/app/assembly-Prod', 'Prod/Inner', 'inner');
  const app = assembly('stages/app', 'Outer', 'outer', {
    'assembly-Prod': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod' } },
  });
  symlinkSync('app', at('stages/link'));
  for (const paths of [
    [app], [app, at('stages/link')], [app, stage], [stage, app], [at('stages'), app],
    [join(app, 'outer.template.json'), app], [app, join(app, 'outer.template.json')],
  ]) {
    const { roles, stacks, counts } = JSON.parse(cli('report', ...paths, '--format', 'json').stdout);
    expect([paths, roles.length, stacks.map(({ name }: any) => name), counts.roles])
      .toEqual([paths, 2, ['Outer', 'Prod/Inner'], 2]);
  }
});

test('a file with a template and manifests, which --manifests reads too', () => {
  const template = write(
    'both/app.yaml', `${YAML_TEMPLATE.replace(/!\w+ /g, '')}---\n${annotated('a/b', arnOf('api'))}`,
  );
  expect(verify(at('both'), '--manifests', template).result.counts).toMatchObject({ roles: 1, serviceAccounts: 1 });
});

test('a manifest with a key Resources, which is no template', () => {
  write('resources/list.json', JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'api', namespace: 'payments' } },
      { apiVersion: 'example.com/v1', kind: 'Other', metadata: { name: 'other' }, Resources: {} },
    ],
  }));
  expect(verify(at('resources')).result.counts.serviceAccounts).toBe(1);
});

test('the names of stacks that share a path, wherever the input is', () => {
  for (const place of ['here', 'there/deeper']) {
    for (const color of ['blue', 'green']) write(`${place}/${color}/app.json`, SOUND);
    const { stacks } = JSON.parse(cli('report', at(place), '--format', 'json').stdout);
    expect(stacks.map(({ name }: any) => name)).toEqual(['app (blue/app.json)', 'app (green/app.json)']);
  }
});

test('the names of many templates in one file', () => {
  write('many/app.yaml', Array.from({ length: 3 }, () => YAML_TEMPLATE).join('---\n'));
  write('many/app (2).yaml', YAML_TEMPLATE);
  const { stacks } = JSON.parse(cli('report', at('many'), '--format', 'json').stdout);
  expect(stacks.map(({ name }: any) => name)).toEqual(['app', 'app (2)', 'app (3)', 'app (4)']);
});

test('2,000 templates in one file', () => {
  const template = 'Resources: { A: { Type: "AWS::S3::Bucket" } }\n';
  write('thousands.yaml', Array.from({ length: 2000 }, () => template).join('---\n'));
  const start = performance.now();
  expect(verify(at('thousands.yaml')).code).toBe(0);
  expect(performance.now() - start).toBeLessThan(8000); // with a name that grows with each, more than 10 seconds
}, 60_000);

test('a folder of templates and manifests, told apart', () => {
  write('mixed/infra/stack.json', SOUND);
  write('mixed/gitops/sa.yaml', annotated('payments/api', arnOf('api')));
  write('mixed/package.json', '{"name":"x"}');
  write('mixed/node_modules/x/y.yaml', 'kind: [');
  write('mixed/notes.yaml', 'just: a file');
  expect(verify(at('mixed'))).toMatchObject({
    code: 0, stderr: '', result: { counts: { roles: 1, serviceAccounts: 1 }, unreadable: [], skipped: [] },
  });
});

test('manifests only', () => {
  const file = write('only/sa.yaml', annotated('payments/api', 'arn:aws:iam::111122223333:rolle/api'));
  expect(verify(file)).toMatchObject({ code: 1, rules: ['role-not-found'] });
  expect(verify('--manifests', file)).toMatchObject({ code: 1, rules: ['role-not-found'] });
});

test('every unreadable file is named, and the others are checked', () => {
  write('broken/a.yaml', 'apiVersion: v1\nkind: [\n');
  write('broken/b.yaml', 'apiVersion: v1\nkind: Pod\n  metadata: {}\n');
  write('broken/stack.json', SOUND);
  const { code, stderr, result } = verify(at('broken'));
  expect(code).toBe(2);
  expect(result).toMatchObject({ clean: false, counts: { roles: 1 } });
  expect(result.unreadable).toEqual([expect.stringContaining('a.yaml:'), expect.stringContaining('b.yaml:')]);
  expect(stderr.trim().split('\n')).toHaveLength(2);
  write('broken/stack.json', UNSOUND);
  expect(verify(at('broken')).code).toBe(1);
});

test('--exclude leaves paths out', () => {
  write('left/third-party/a.yaml', 'apiVersion: v1\nkind: [\n');
  write('left/stack.json', SOUND);
  expect(verify(at('left')).code).toBe(2);
  expect(verify(at('left'), '--exclude', 'third-party').code).toBe(0);
  expect(verify(at('left'), '--exclude', '*/a.yaml').code).toBe(0);
  expect(verify(at('left'), '--exclude', 'other').code).toBe(2);
});

test('links to a folder above are not followed', () => {
  write('loop/a/app.json', SOUND);
  symlinkSync('.', at('loop/self'));
  symlinkSync('..', at('loop/a/up'));
  expect(verify(at('loop'))).toMatchObject({ code: 0, result: { counts: { roles: 1 }, unreadable: [] } });
});

test('a Helm chart and a pipe in a folder are skipped, and named', () => {
  write('charts/api/Chart.yaml', 'apiVersion: v2\nname: api\n');
  write('charts/api/templates/sa.yaml', 'kind: {{ .Values.kind }}\n');
  write('charts/stack.json', SOUND);
  execFileSync('mkfifo', [at('charts/pipe.yaml')]);
  const { code, result } = verify(at('charts'));
  expect(code).toBe(0);
  expect(result.skipped).toEqual([
    `${at('charts/api')}: is a Helm chart. Render it: helm template ${at('charts/api')}`,
    `${at('charts/pipe.yaml')}: is not a regular file. To read it, pass it as an argument`,
  ]);
  expect(cli('verify', at('charts')).stdout).toMatch(/Not checked:\n {2}.*charts\/api: is a Helm chart\./);
});

test.each([
  ['an empty folder', () => { mkdirSync(at('empty')); return at('empty'); }, /empty: contains no cloud assembly/],
  ['something else', () => write('else.yaml', 'just: a file'), /else\.yaml: is neither a CloudFormation template nor/],
  ['nothing', () => at('nothing'), /nothing: cannot be read: no such file or directory/],
])('is unusable: %s', (_, make, message) => {
  expect(cli('verify', make())).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
});

test('report takes the same', () => {
  const { code, stdout } = cli('report', write('sound.json', SOUND), '--format', 'mermaid');
  expect([code, stdout]).toEqual([0, expect.stringContaining('payments/api')]);
  const partly = cli('report', at('broken'), '--format', 'json');
  expect([partly.code, partly.stderr]).toEqual([2, expect.stringMatching(/a\.yaml:[^]*b\.yaml:/)]);
});

describe('--baseline', () => {
  const app = write('known/stack.json', UNSOUND);
  const baseline = write('baseline.json', cli('verify', app, '--format', 'json').stdout);

  test('leaves out what is known, however it has moved', () => {
    expect(verify(app, '--baseline', baseline)).toMatchObject({ code: 0, rules: [] });
    expect(cli('verify', app, '--baseline', baseline).stdout).toMatch(/^\d findings in the baseline\.\n\nClean: /);
    const moved = JSON.stringify(JSON.parse(UNSOUND), undefined, 2);
    expect(verify(write('known/stack.json', moved), '--baseline', baseline)).toMatchObject({ code: 0, rules: [] });
  });

  test('not what is new: another resource, another rule, one more', () => {
    const open = webIdentity();
    const more = { Resources: { Role: role('api', [open, open]), Other: role('other', [open]) } };
    const { code, result } = verify(write('known/stack.json', JSON.stringify(more)), '--baseline', baseline);
    expect(code).toBe(1);
    expect(result.findings.map(({ rule, place }: any) => `${rule} ${place.logicalId}`)).toEqual(expect.arrayContaining([
      'missing-aud Role', 'missing-aud Other', 'missing-sub Role', 'missing-sub Other',
    ]));
  });

  test.each([
    ['missing', () => at('none.json'), /none\.json: cannot be read: no such file or directory/],
    ['no JSON', () => write('text.json', 'x'), /text\.json: is not valid JSON: /],
    ['something else', () => write('other.json', '{}'), /other\.json: is not a baseline\. Create one with cdk-irsa/],
  ])('%s', (_, make, message) => {
    expect(cli('verify', app, '--baseline', make())).toEqual({
      code: 2, stdout: '', stderr: expect.stringMatching(message),
    });
  });
});
