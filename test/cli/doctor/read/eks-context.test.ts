import { EksContext, eksContext } from '../../../../src/cli/doctor/read/eks-context';

const ARN = 'arn:aws:eks:eu-west-1:111122223333:cluster/blue';
const SERVER = 'https://B10E.gr7.eu-north-1.eks.amazonaws.com';
const NO_SERVER = 'https://10.0.0.1:6443';
const exec = (args: string[], env: object[] = []) => ({ command: 'aws', args, env });

test.each<[string, Partial<Parameters<typeof eksContext>[0]>, EksContext | undefined]>([
  ['the ARN of aws eks update-kubeconfig', { context: 'alias', cluster: ARN },
    { clusterName: 'blue', region: 'eu-west-1' }],
  ['the ARN as the context', { context: ARN }, { clusterName: 'blue', region: 'eu-west-1' }],
  ['of China', { cluster: ARN.replace('aws', 'aws-cn').replace('eu-west-1', 'cn-north-1') },
    { clusterName: 'blue', region: 'cn-north-1' }],
  [
    'its command, with a profile',
    {
      exec: exec(
        ['--region', 'eu-west-1', 'eks', 'get-token', '--cluster-name', 'blue', '--output', 'json'],
        [{ name: 'AWS_PROFILE', value: 'main' }],
      ),
    },
    { clusterName: 'blue', region: 'eu-west-1', profile: 'main' },
  ],
  ['the command before the ARN', { cluster: ARN, exec: exec(['get-token', '--cluster-name=green']), server: SERVER },
    { clusterName: 'green', region: 'eu-north-1' }],
  ['aws-iam-authenticator', { exec: exec(['token', '-i', 'blue']), server: SERVER },
    { clusterName: 'blue', region: 'eu-north-1' }],
  ['a region of the environment', { exec: exec(['token', '-i', 'blue'], [{ name: 'AWS_REGION', value: 'eu-west-3' }]) },
    { clusterName: 'blue', region: 'eu-west-3' }],
  ['a profile among the arguments', { exec: exec(['--profile', 'main', 'eks', 'get-token', '--cluster-name', 'blue']) },
    { clusterName: 'blue', profile: 'main' }],
  ['without a region', { exec: exec(['token', '-i', 'blue']) }, { clusterName: 'blue' }],
  ['an option without a value', { exec: exec(['token', '-i']) }, undefined],
  ['of kind', { context: 'kind-kind', cluster: 'kind-kind' }, undefined],
  ['with arguments that are none', { exec: { args: 7, env: 'x' } }, undefined],
])('%s', (_, parts, found) => {
  expect(eksContext({ context: 'c', cluster: 'c', server: NO_SERVER, ...parts })).toEqual(found);
});
