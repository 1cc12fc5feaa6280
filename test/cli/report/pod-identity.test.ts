/**
 * Associations of EKS Pod Identity in every form of the report.
 */
import { writeFileSync } from 'fs';
import { join } from 'path';
import { shownAccess } from '../../../src/analysis/shown-access';
import { arnOf, association, CLUSTER_ARN, mapOf, podIdentity, role } from '../../analysis/rules/support';
import { cli } from '../support';

const TRUST = { Role: role('payments', [podIdentity()]), Association: association(arnOf('payments')) };
const GUEST = association(arnOf('payments'), { Namespace: 'guests', ServiceAccount: 'anybody' });
const assembly = (resources: Record<string, any>) => join(mapOf({ resources }).folder, 'cdk.out');

function diff(before: Record<string, any>, after: Record<string, any>): string {
  const earlier = join(assembly(before), 'before.json');
  writeFileSync(earlier, cli('report', assembly(before), '--format', 'json').stdout);
  return cli('report', assembly(after), '--diff', earlier).stdout;
}

test('another association is wider, though the trust policy stays the same', () => {
  const text = diff(TRUST, { ...TRUST, Guest: GUEST });
  expect(text).toContain(
    `| **wider** | \`payments\` | \`guests/anybody\` can assume it, by EKS Pod Identity, cluster \`${CLUSTER_ARN}\``,
  );
  expect(text).not.toContain('payments/api');
});

test('the first association of a role is wider, and its end narrower', () => {
  const { Association: _, ...alone } = TRUST;
  expect(diff(alone, TRUST)).toContain('| **wider** | `payments` | `payments/api` can assume it');
  expect(diff(TRUST, alone)).toContain('| narrower | `payments` | `payments/api` can no longer assume it');
});

test('a target role is wider', () => {
  const target = association(arnOf('payments'), { TargetRoleArn: arnOf('target', '444455556666') });
  expect(diff(TRUST, { ...TRUST, Association: target })).toMatch(
    /wider\*\* \| `[^|]*target` \| `payments\/api` can assume it/,
  );
});

test('an add-on with a role is wider', () => {
  const Addon = {
    Type: 'AWS::EKS::Addon',
    Properties: {
      ClusterName: 'production',
      AddonName: 'aws-efs-csi-driver',
      PodIdentityAssociations: [{ ServiceAccount: 'efs-csi-controller-sa', RoleArn: arnOf('payments') }],
    },
  };
  expect(diff(TRUST, { ...TRUST, Addon })).toContain('`kube-system/efs-csi-controller-sa` can assume it');
});

test('no change without one', () => {
  expect(diff(TRUST, TRUST)).toContain('### Access: no change');
});

test('the picture names the service account, and nobody else', () => {
  const { stdout } = cli('report', assembly(TRUST), '--format', 'mermaid');
  expect(stdout).toContain('payments/api');
  expect(stdout).not.toContain('*');
});

test('shown is the association instead of the open trust policy', () => {
  const { map: { access } } = mapOf({ resources: TRUST });
  expect(shownAccess(access)).toEqual([expect.objectContaining({ serviceAccount: 'api', association: true })]);
  const { map: { access: open } } = mapOf({ resources: { Role: TRUST.Role } });
  expect(shownAccess(open)).toEqual([expect.objectContaining({ serviceAccount: '*', used: false })]);
});
