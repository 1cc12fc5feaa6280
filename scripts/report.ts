/**
 * Describes the synthesized examples, from their templates only.
 */
import { readFileSync } from 'fs';
import { relative } from 'path';
import { Assembly, Template } from './examples';

/** With more workloads than this, the report shows only the first ones. */
const MANY = 50;
const SHOWN_OF_MANY = 2;
/** Of a line in the short report. */
const MAX_WIDTH = 80;
const WHO_WIDTH = 27;

/** A role, and who can assume it by one statement of its trust policy. */
export interface Workload {
  readonly template: Template;
  readonly roleId: string;
  /** The resource in the template. */
  readonly role: any;
  /** Who can assume the role: `namespace/name`, or a role. */
  readonly who: string[];
  /** The conditions, as rows of the report. */
  readonly by: [label: string, ...values: string[]][];
}

/** The workloads of an example: one per statement that trusts service accounts, or a role of theirs. */
export function workloadsOf({ templates }: Assembly): Workload[] {
  return templates.flatMap(template => resources(template, 'AWS::IAM::Role').flatMap(([roleId, role]) =>
    trustStatements(role).flatMap(statement => {
      const trusted = trustedBy(statement);
      return trusted ? [{ template, roleId, role, ...trusted }] : [];
    })));
}

/** Whom a statement trusts; undefined if these are neither service accounts nor roles. */
function trustedBy({ Action, Condition, Principal }: any): Pick<Workload, 'who' | 'by'> | undefined {
  const conditions: [string, any][] = Object.values<any>(Condition ?? {}).flatMap(Object.entries);
  const values = (suffix: string): string[] =>
    [conditions.find(([key]) => key.endsWith(suffix))?.[1] ?? []].flat().map(value => words(value)!);
  if (Action === 'sts:AssumeRoleWithWebIdentity') {
    const [audienceKey] = conditions.find(([key]) => key.endsWith(':aud'))!;
    const issuer = audienceKey.slice(0, -':aud'.length).replace(/^<(.*)>$/, 'known at deployment ($1)');
    return {
      who: values(':sub').map(subject => subject.replace(/^system:serviceaccount:(.+):/, '$1/')),
      by: [['issuer', issuer], ['trusts', ...values(':sub')], ['audience', ...values(':aud')]],
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
        ['trusts', ...who.map(account => `${account}, through EKS Pod Identity`)],
      ],
    };
  }
  const roles = [Principal.AWS ?? []].flat().map(arn => words(arn)!).filter(arn => arn.includes(':role/'));
  return roles.length > 0
    ? { who: roles.map(arn => arn.replace(/^.*:role\//, 'role ')), by: [['trusts', ...roles]] }
    : undefined;
}

/** One line: the example, its first service account, and the first permission of its role. */
export function inShort(assembly: Assembly, nameWidth: number): string {
  const workloads = workloadsOf(assembly);
  const everybody = new Set(workloads.flatMap(({ who }) => who));
  const [first = 'nobody'] = everybody;
  const more = everybody.size > 1 ? ` +${everybody.size - 1}` : '';
  const [what = 'nothing'] = workloads.flatMap(policies);
  return line(assembly.example.padEnd(nameWidth), `${cut(first, WHO_WIDTH - more.length)}${more}`, shortened(what));
}

export function heading(nameWidth: number): string {
  return line('EXAMPLE'.padEnd(nameWidth), 'SERVICE ACCOUNTS', 'CAN USE');
}

function line(name: string, who: string, what: string): string {
  return cut(`${name}  ${who.padEnd(WHO_WIDTH)}  ${what}`, MAX_WIDTH);
}

/** `s3 on Receipts`, of `s3:GetObject and 2 more on Receipts, Receipts/*`. */
function shortened(permission: string): string {
  return permission.replace(/^(\w[\w-]*):.*? on (?:arn:\S*:)?([^,]*).*$/, '$1 on $2').replace(' (managed policy)', '');
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** A paragraph per workload, with paths relative to `from`; of very many, only the first ones. */
export function report(assembly: Assembly, from: string): string {
  const workloads = workloadsOf(assembly);
  const shown = workloads.length > MANY ? workloads.slice(0, SHOWN_OF_MANY) : workloads;
  const paragraphs = shown.map(workload => [
    `  ${workload.who.join(', ')}`,
    row('role', words(workload.role.Properties.RoleName) ?? `named at deployment (${withoutHash(workload.roleId)})`),
    ...workload.by.map(([label, ...values]) => row(label, ...values)),
    row('may', ...policies(workload)),
    row('template', relative(from, workload.template.file)),
    // A role that trusts another role has no manifest.
    ...workload.by.length > 1 ? [row('manifest', manifest(assembly, workload, from))] : [],
  ].join('\n'));
  return [assembly.example, ...paragraphs, ...restOf(workloads.slice(shown.length))].join('\n\n');
}

/** How many workloads are left out, and how large their templates are. */
function restOf(workloads: Workload[]): string[] {
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

/** The statements, also in a text for `Fn::Sub`; `<…>` stands for values known only at deployment. */
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

/** A value of a template, readable: `<Cluster.OpenIdConnectIssuerUrl>` if it is known only at deployment. */
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
