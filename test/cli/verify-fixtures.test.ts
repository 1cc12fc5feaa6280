/**
 * Set-ups of the wild, and the right outcome of each through the command.
 */
import { join } from 'path';
import { cli, ROOT } from './support';

const at = (...names: string[]) => join(ROOT, 'test', 'fixtures', 'verify', ...names);

function verify(...paths: string[]) {
  const { code, stdout } = cli('verify', ...paths, '--format', 'json');
  const { findings, skipped, unreadable } = JSON.parse(stdout);
  const told = findings.map(({ rule, severity, place: { logicalId, line } }: any) =>
    `${severity} ${rule} ${logicalId ?? `line ${line}`}`);
  return { code, told, skipped, unreadable, words: findings.map(({ message, fix }: any) => `${message} ${fix}`) };
}

test('a template alone, its trust policy a string: no audience', () => {
  expect(verify(at('template-with-issuer-parameter.yaml'))).toMatchObject({
    code: 1, told: expect.arrayContaining(['error missing-aud R']),
  });
});

test('a workload without a role is a note, and gets nobody\'s service account', () => {
  const { code, told, words } = verify(at('default-service-account.yaml'));
  expect({ code, told }).toEqual({
    code: 0, told: ['note role-not-found line 7', 'note default-service-account line 9'],
  });
  expect(words[1]).not.toContain('external-dns');
});

test('a non-root container needs no fsGroup', () => {
  expect(verify(at('non-root-without-fs-group.yaml'))).toMatchObject({ code: 0, told: ['note role-not-found line 7'] });
});

test.each([
  ['flux-substitution.yaml', /\$\{argo_workflows_irsa\}.*flux build kustomization/],
  ['helm-template-that-parses.yaml', /\{\{ \.Values\.kubeflow\.namespace \}\}.*helm template/],
])('placeholders are named, with the command that renders them: %s', (name, words) => {
  expect(verify(at(name))).toMatchObject({
    code: 0, told: [expect.stringMatching(/^note not-rendered line /)], words: [expect.stringMatching(words)],
  });
});

test('identity providers that are not clusters get advice of their own, or none', () => {
  const { code, told, words } = verify(at('other-identity-providers.template.yaml'));
  expect({ code, told }).toEqual({
    code: 1, told: ['error missing-sub GhNoSub', 'error missing-sub CircleAud', 'note missing-aud GitLab'],
  });
  expect(words.join('\n')).not.toMatch(/system:serviceaccount|ClusterOidcProvider|manifest/);
});

test('a chart in a folder is skipped, with the command that renders it; its files are all named', () => {
  const folder = at('mixed-folder');
  expect(verify(folder)).toMatchObject({
    code: 0,
    told: ['note role-not-found line 7', 'note default-service-account line 9'],
    skipped: [`${join(folder, 'chart')}: is a Helm chart. Render it: helm template ${join(folder, 'chart')}`],
  });
  const templates = ['b', 'cm'].map(name => join(folder, 'chart', 'templates', `${name}.yaml`));
  expect(verify(join(folder, 'ok.yaml'), ...templates)).toMatchObject({
    code: 2, unreadable: templates.map(file => expect.stringContaining(file)),
  });
});

test('a Helm release whose service account is not the one that the role trusts', () => {
  const { code, told, words } = verify(at('velero', 'assembly'), at('velero', 'helm-release.yaml'));
  expect({ code, told }).toEqual({
    code: 1,
    told: [
      'error role-does-not-trust line 19',
      'note provider-not-in-app Velero',
      'note role-without-service-account Velero',
    ],
  });
  expect(words[0]).toMatch(/velero\/velero-server: .*got velero-server, trusted velero/);
});
