/**
 * CDK apps of the wild, and the right outcome of each through the command.
 */
import { join } from 'path';
import { cli, directory } from './support';
import { addonRoles, federatedDefaultAction, podIdentityOfAwsEksV2 } from '../fixtures/verify/apps';

function synthesized(app: (outdir: string) => void): string {
  const outdir = join(directory, app.name);
  app(outdir);
  return outdir;
}

function verify(outdir: string) {
  const { code, stdout } = cli('verify', outdir, '--format', 'json');
  const { findings } = JSON.parse(stdout);
  const told = findings
    .filter(({ severity }: any) => severity !== 'note')
    .map(({ rule, place: { logicalId } }: any) => `${rule} ${logicalId.replace(/[0-9A-F]{8}$/, '')}`);
  return { code, told, findings };
}

test('a federated principal with the default action admits nobody', () => {
  expect(verify(synthesized(federatedDefaultAction))).toMatchObject({ code: 1, told: ['wrong-action Role'] });
});

test('an association of aws-eks-v2 is access, of one service account and one cluster', () => {
  const outdir = synthesized(podIdentityOfAwsEksV2);
  const { access, clusters } = JSON.parse(cli('report', outdir, '--format', 'json').stdout);
  const byAssociation = access.filter(({ associated }: any) => associated);
  expect(byAssociation).toMatchObject([{ namespace: 'apps', serviceAccount: 'pi', via: 'pod-identity', used: true }]);
  expect(clusters.filter(({ kind }: any) => kind === 'pod-identity')).toHaveLength(1);
  // CDK's own trust policy is open to every cluster.
  expect(new Set(verify(outdir).told)).toEqual(new Set(['open-pod-identity ClusterPiRole']));
});

test('roles of add-ons: the right one is used, the wrong ones are found', () => {
  const { code, told, findings } = verify(synthesized(addonRoles));
  expect(code).toBe(1);
  expect(told).toEqual(expect.arrayContaining([
    'missing-sub Job', 'whole-cluster Domino', 'role-does-not-trust EbsAddon', 'role-does-not-trust EfsAddon',
    'role-does-not-trust Association',
  ]));
  expect(told.filter((text: string) => / Cni/.test(text))).toEqual([]);
  expect(findings.filter(({ place: { logicalId }, rule }: any) =>
    /^Cni/.test(logicalId) && rule === 'role-without-service-account')).toEqual([]);
});
