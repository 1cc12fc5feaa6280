/**
 * The exit codes that the help documents, each seen once. Those of the doctor are in its own tests.
 */
import { writeFileSync } from 'fs';
import { join } from 'path';
import { cli, configWith, directory } from './support';
import { Program } from '../../src/cli/arguments';
import { program } from '../../src/cli/program';
import { mapOf, role, trusting, webIdentity } from '../analysis/rules/support';

const assembly = (statement: object) =>
  join(mapOf({ resources: { Role: role('api', [statement]) } }).folder, 'cdk.out');
const sound = assembly(trusting());
const open = assembly(webIdentity());
const missing = join(directory, 'missing');
const config = join(directory, 'config.yaml');
writeFileSync(config, configWith('    - metadata: { name: a }\n      wellKnownPolicies: { externalDNS: true }\n'));

const SEEN: [command: string, args: string[], code: number][] = [
  ['verify', [sound], 0],
  ['verify', [open], 1],
  ['verify', [open, missing], 1],
  ['verify', [sound, missing], 2],
  ['verify', ['--nothing'], 2],
  ['report', [open], 0],
  ['report', [sound, missing], 2],
  ['who-can', ['s3:GetObject', assembly(trusting())], 1],
  ['who-can', ['sts:AssumeRole', sound, missing], 2],
  ['import eksctl', [config], 0],
  ['import eksctl', [config, '--strict'], 1],
  ['import eksctl', [missing], 2],
  ['completion', ['zsh'], 0],
  ['completion', ['cmd'], 2],
];

test.each(SEEN)('%s %j exits with %i', (command, args, code) => {
  expect(cli(...command.split(' '), ...args).code).toBe(code);
});

test('an answer of who-can exits with 0', () => {
  const policy = { PolicyName: 'P', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };
  const { folder } = mapOf({ resources: { Role: role('api', [trusting()], { Policies: [policy] }) } });
  expect(cli('who-can', 's3:GetObject', join(folder, 'cdk.out')).code).toBe(0);
});

test('the help documents these exit codes', () => {
  const commands = (part: Program): Program[] => (part.commands as Program[]).flatMap(command =>
    (command.commands.length > 0 ? commands(command) : [command]));
  const documented = commands(program()).flatMap(part => {
    const name = part.path.replace('cdk-irsa ', '');
    return Object.keys(part.exitCodes).map(code => `${name} ${code}`);
  });
  const seen = [...SEEN.map(([command, , code]) => `${command} ${code}`), 'who-can 0'];
  const ofDoctor = ['doctor 0', 'doctor 1', 'doctor 2'];
  expect(documented.sort()).toEqual([...new Set([...seen, ...ofDoctor])].sort());
});
