/**
 * What the synthesized examples say, in words: read from the templates alone.
 */
import { readFileSync } from 'fs';
import { relative } from 'path';
import { Assembly, Template } from './examples';

/** More than a reader of the demo wants to see, and how many of them stand for all. */
const MANY = 50;
const SHOWN_OF_MANY = 2;

/** A role, and by one statement of its trust policy who may assume it. */
export interface Workload {
  readonly template: Template;
  readonly roleId: string;
  /** The role as the template holds it. */
  readonly role: any;
  /** Who, in short: `namespace/name`, or a role. */
  readonly who: string[];
  /** How they get in, as rows of the report. */
  readonly by: [label: string, ...values: string[]][];
}

/** The workloads of an example: one for each statement of a role that lets in service accounts, or a role of theirs. */
export function workloadsOf({ templates }: Assembly): Workload[] {
  return templates.flatMap(template => resources(template, 'AWS::IAM::Role').flatMap(([roleId, role]) =>
    trustStatements(role).flatMap(statement => {
      const entrance = entranceOf(statement);
      return entrance ? [{ template, roleId, role, ...entrance }] : [];
    })));
}

/** What a statement says of who gets in; nothing where it is about neither service accounts nor roles. */
function entranceOf({ Action, Condition, Principal }: any): Pick<Workload, 'who' | 'by'> | undefined {
  const conditions: [string, any][] = Object.values<any>(Condition ?? {}).flatMap(Object.entries);
  const values = (suffix: string): string[] =>
    [conditions.find(([key]) => key.endsWith(suffix))?.[1] ?? []].flat().map(value => words(value)!);
  if (Action === 'sts:AssumeRoleWithWebIdentity') {
    const [audienceKey] = conditions.find(([key]) => key.endsWith(':aud'))!;
    const issuer = audienceKey.slice(0, -':aud'.length).replace(/^<(.*)>$/, 'known at deployment ($1)');
    return {
      who: values(':sub').map(subject => subject.replace(/^system:serviceaccount:(.+):/, '$1/')),
      by: [['issuer', issuer], ['lets in', ...values(':sub')], ['audience', ...values(':aud')]],
    };
  }
  if (Principal.Service === 'pods.eks.amazonaws.com') {
    const who = values('/kubernetes-namespace').flatMap(namespace =>
      values('/kubernetes-service-account').map(name => `${namespace}/${name}`),
    );
    return {
      who,
      by: [
        ['cluster', ...values(':SourceArn')],
        ['lets in', ...who.map(account => `${account}, by EKS Pod Identity`)],
      ],
    };
  }
  const roles = [Principal.AWS ?? []].flat().map(arn => words(arn)!).filter(arn => arn.includes(':role/'));
  return roles.length > 0
    ? { who: roles.map(arn => arn.replace(/^.*:role\//, 'role ')), by: [['lets in', ...roles]] }
    : undefined;
}

/** A paragraph for each workload, with paths relative to `from`; of very many, for the first ones. */
export function report(assembly: Assembly, from: string): string {
  const workloads = workloadsOf(assembly);
  const shown = workloads.length > MANY ? workloads.slice(0, SHOWN_OF_MANY) : workloads;
  const paragraphs = shown.map(workload => [
    `  ${workload.who.join(', ')}`,
    row('role', words(workload.role.Properties.RoleName) ?? `named at deployment (${withoutHash(workload.roleId)})`),
    ...workload.by.map(([label, ...values]) => row(label, ...values)),
    row('may', ...policies(workload)),
    row('template', relative(from, workload.template.file)),
    // a role is assumed by no manifest
    ...workload.by.length > 1 ? [row('manifest', manifest(assembly, workload, from))] : [],
  ].join('\n'));
  return [assembly.example, ...paragraphs, ...inShort(workloads.slice(shown.length))].join('\n\n');
}

/** How many there are, and how full their templates. */
function inShort(workloads: Workload[]): string[] {
  if (workloads.length === 0) return [];
  const templates = new Set(workloads.map(({ template }) => template));
  const resourceCounts = [...templates].map(({ body }) => Object.keys(body.Resources).length);
  return [
    `  and ${workloads.length} more, in ${templates.size} templates of ${Math.min(...resourceCounts)} to `
      + `${Math.max(...resourceCounts)} resources`,
  ];
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
  const own = new Map(resources(template, 'AWS::IAM::ManagedPolicy').map(([id, policy]) => [id, policy.Properties]));
  return [
    ...managed
      .filter((arn: any) => !own.has(arn.Ref))
      .map((arn: any) => `${words(arn)!.replace(/^.*:policy\//, '')} (managed policy)`),
    ...[...inline, ...granted, ...managed.flatMap((arn: any) => own.get(arn.Ref) ?? [])].flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.map(statementInShort),
    ),
  ];
}

function statementInShort({ Action, Resource }: any): string {
  const [first, ...others] = [Action].flat();
  const targets = [Resource].flat().map(resource => words(resource)!.replace(/<(\w+)\.Arn>/g, '$1'));
  return `${first}${others.length > 0 ? ` and ${others.length} more` : ''} on ${targets.join(', ')}`;
}

function manifest({ ownManifestFiles }: Assembly, { template, role, who }: Workload, from: string): string {
  if (template.body.Outputs?.KubernetesManifests) return `output KubernetesManifests of stack ${template.stackName}`;
  const names = who
    .map(account => account.split('/'))
    .filter(parts => parts.length === 2)
    .map(([namespace, name]) => `  name: ${name}\n  namespace: ${namespace}\n`);
  const holds = (text: string) =>
    text.includes(`/${role.Properties.RoleName}\n`) || names.some(metadata => text.includes(metadata));
  const file = [template.manifestFile, ...ownManifestFiles].find(
    candidate => candidate && holds(readFileSync(candidate, 'utf8')),
  );
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
    case 'Ref':
      return `<${withoutHash(argument)}>`;
    case 'Fn::GetAtt':
      return `<${withoutHash(argument[0])}.${argument[1]}>`;
    case 'Fn::ImportValue':
      return `<export ${words(argument)}>`;
    case 'Fn::Join':
      return argument[1].map(words).join(argument[0]);
    case 'Fn::Select':
    case 'Fn::Split':
      return words(argument[1]);
    case 'Fn::Sub':
      return argument[0].replace(/\$\{(\w+)\}/g, (_: string, variable: string) => words(argument[1][variable]));
    default:
      return `<${name}>`;
  }
}

function withoutHash(logicalId: string): string {
  return logicalId.replace(/(?<=.)[0-9A-F]{8}$/, '');
}
