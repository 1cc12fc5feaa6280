/**
 * What the synthesized examples say, in words: read from the templates alone.
 */
import { readFileSync } from 'fs';
import { relative } from 'path';
import { Assembly, Template } from './examples';

/** A role that service accounts may assume, and who they are. */
export interface Workload {
  readonly template: Template;
  readonly roleId: string;
  /** The role as the template holds it. */
  readonly role: any;
  readonly issuer: string;
  readonly audience: string;
  readonly subjects: string[];
}

/** The workloads of an example: one for each web-identity statement of a role. */
export function workloadsOf({ templates }: Assembly): Workload[] {
  return templates.flatMap(template => resources(template, 'AWS::IAM::Role').flatMap(([roleId, role]) =>
    trustStatements(role).filter(({ Action }) => Action === 'sts:AssumeRoleWithWebIdentity').map(({ Condition }) => {
      const conditions: [string, any][] = Object.values<any>(Condition).flatMap(Object.entries);
      const [audienceKey, audience] = conditions.find(([key]) => key.endsWith(':aud'))!;
      const [, subjects] = conditions.find(([key]) => key.endsWith(':sub'))!;
      return { template, roleId, role, issuer: audienceKey.slice(0, -':aud'.length), audience, subjects: [subjects].flat() };
    })));
}

/** A paragraph for each workload, with paths relative to `from`. */
export function report(assembly: Assembly, from: string): string {
  const paragraphs = workloadsOf(assembly).map(workload => [
    `  ${workload.subjects.map(subject => subject.replace(/^system:serviceaccount:(.+):/, '$1/')).join(', ')}`,
    row('role', words(workload.role.Properties.RoleName) ?? `named at deployment (${withoutHash(workload.roleId)})`),
    row('issuer', workload.issuer.replace(/^<(.*)>$/, 'known at deployment ($1)')),
    row('lets in', ...workload.subjects),
    row('audience', workload.audience),
    row('may', ...policies(workload)),
    row('template', relative(from, workload.template.file)),
    row('manifest', manifest(assembly, workload, from)),
  ].join('\n'));
  return [assembly.example, ...paragraphs].join('\n\n');
}

function row(label: string, ...values: string[]): string {
  return values.map((value, index) => `    ${(index === 0 ? label : '').padEnd(10)}${value}`).join('\n');
}

/** The statements, out of the text of `Fn::Sub` too; what only the deployment knows is `<described>` in them. */
function trustStatements(role: any): any[] {
  const document = role.Properties.AssumeRolePolicyDocument;
  return (document['Fn::Sub'] ? JSON.parse(words(document)!) : document).Statement;
}

function policies({ template, roleId, role }: Workload): string[] {
  const { ManagedPolicyArns: managed = [], Policies: inline = [] } = role.Properties;
  const granted = resources(template, 'AWS::IAM::Policy').map(([, policy]) => policy.Properties)
    .filter(({ Roles }) => Roles?.some((user: any) => user.Ref === roleId));
  return [
    ...managed.map((arn: any) => `${words(arn)!.replace(/^.*:policy\//, '')} (managed policy)`),
    ...[...inline, ...granted].flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(statementInShort)),
  ];
}

function statementInShort({ Action, Resource }: any): string {
  const [first, ...others] = [Action].flat();
  const targets = [Resource].flat().map(resource => words(resource)!.replace(/<(\w+)\.Arn>/g, '$1'));
  return `${first}${others.length > 0 ? ` and ${others.length} more` : ''} on ${targets.join(', ')}`;
}

function manifest({ ownManifestFiles }: Assembly, { template, role }: Workload, from: string): string {
  if (template.body.Outputs?.KubernetesManifests) return `output KubernetesManifests of stack ${template.stackName}`;
  const holdsRole = (file: string) => readFileSync(file, 'utf8').includes(`/${role.Properties.RoleName}\n`);
  const file = [template.manifestFile, ...ownManifestFiles].find(candidate => candidate && holdsRole(candidate));
  return file ? relative(from, file) : 'none';
}

function resources({ body }: Template, type: string): [string, any][] {
  return Object.entries<any>(body.Resources ?? {}).filter(([, resource]) => resource.Type === type);
}

/** A value of a template for people: `<Cluster.OpenIdConnectIssuerUrl>` for what only the deployment knows. */
function words(value: any): string | undefined {
  if (typeof value !== 'object') return value;
  const [[name, argument]] = Object.entries<any>(value);
  switch (name) {
    case 'Ref': return `<${withoutHash(argument)}>`;
    case 'Fn::GetAtt': return `<${withoutHash(argument[0])}.${argument[1]}>`;
    case 'Fn::ImportValue': return `<export ${words(argument)}>`;
    case 'Fn::Join': return argument[1].map(words).join(argument[0]);
    case 'Fn::Select':
    case 'Fn::Split': return words(argument[1]);
    case 'Fn::Sub': return argument[0].replace(/\$\{(\w+)\}/g, (_: string, variable: string) => words(argument[1][variable]));
    default: return `<${name}>`;
  }
}

function withoutHash(logicalId: string): string {
  return logicalId.replace(/(?<=.)[0-9A-F]{8}$/, '');
}
