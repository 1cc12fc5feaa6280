/**
 * What the documentation shows of the doctor, which needs a cluster: its servers are in this process.
 */
import { ROLE_KEY, Servers } from './cli/doctor/api-server';
import { pod, serviceAccount } from './cli/doctor/healthy';
import { clusterJson, ROLE, roleXml, rolesXml, SUBJECT, TRUST, xml } from './cli/doctor/read/aws-server';
import { asking } from './cli/support';
import { blocksOfDocs } from '../scripts/docs/blocks';
import { shows } from '../scripts/docs/transcripts';

const servers = Servers.forTests();

beforeEach(() => {
  servers.aws.answer('eks:DescribeCluster', clusterJson(servers.api.endpoint));
  const object = serviceAccount({ [ROLE_KEY]: ROLE });
  servers.api.stands(object, [pod()]);
  servers.api.objects['/api/v1/serviceaccounts'] = { items: [object], metadata: {} };
  // The role still trusts the namespace that the workload has left.
  const trust = JSON.parse(JSON.stringify(TRUST).replace(SUBJECT, 'system:serviceaccount:default:api'));
  servers.aws.answer('iam:GetRole', xml('iam:GetRole', `<Role>${roleXml(ROLE, trust)}</Role>`));
  servers.aws.answer('iam:ListRoles', rolesXml([ROLE, trust]));
});

const transcripts = blocksOfDocs().filter(({ language, code }) => (
  language === 'text' && code.startsWith('$ npx cdk-irsa doctor ')));

test('the README and a guide show what the doctor prints', () => {
  expect([...new Set(transcripts.map(({ file }) => file))].sort())
    .toEqual(['README.md', 'docs/guides/debug-access-denied.md']);
});

test.each(transcripts.map(block => [`${block.file}:${block.line}`, block.code]))('%s', async (_, code) => {
  const [command] = code.split('\n');
  const { stdout } = await asking(...command.replace('$ npx cdk-irsa ', '').split(' '));
  const printed = `${command}\n${stdout}`;
  if (!shows(code, printed)) expect(printed).toBe(code); // shows both
});
