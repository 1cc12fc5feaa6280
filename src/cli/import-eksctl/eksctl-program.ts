/**
 * Writes the CDK app for an eksctl ClusterConfig.
 */
import { Addon } from './eksctl-addon';
import { ClusterConfig } from './eksctl-config';
import { NewRole, Texts, VPC_TAG, WellKnownController } from './eksctl-role';
import { Association, ServiceAccount } from './eksctl-service-account';
import { Gap } from './gaps';
import {
  call,
  Code,
  Comment,
  comment,
  Group,
  importLine,
  jsonLiteral,
  listLiteral,
  objectLiteral,
  write,
} from './typescript-writer';
import { partitionOf } from '../../conventions/partitions';
import { literal } from '../text';

export interface ProgramOptions {
  /** The name of the file in comments. */
  readonly file: string;
  /** The account of the cluster; by default, the account of the CDK CLI. */
  readonly account?: string;
  /** The issuer of the cluster; by default, it is looked up. */
  readonly issuerUrl?: string;
  /** The ID of the stack. */
  readonly stackName?: string;
  /** The IDs of the zones that controllers manage. */
  readonly hostedZones: string[];
}

/** The namespaces of every cluster. */
const BUILT_IN_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const AWS_POLICY_ARN = /^arn:(aws[a-z0-9-]*):iam::aws:policy\/(.+)$/;

/** The program as text. */
export function writeProgram(config: ClusterConfig, options: ProgramOptions): string {
  return new Program(config, options).text();
}

/** The ID of the stack of a cluster. */
export function stackIdOf({ clusterName }: Pick<ClusterConfig, 'clusterName'>, { stackName }: ProgramOptions): string {
  return stackName ?? startsWithLetter(pascalCase(`${clusterName}-service-accounts`), 'Cluster');
}

class Program {
  private readonly imports = {
    cdk: new Set<string>(),
    ec2: new Set<string>(),
    iam: new Set<string>(),
    route53: new Set<string>(),
    irsa: new Set<string>(),
  };
  private readonly ids = new Set<string>();

  constructor(
    private readonly config: ClusterConfig,
    private readonly options: ProgramOptions,
  ) {}

  public text(): string {
    const accounts = this.config.serviceAccounts.map(account => this.serviceAccount(account));
    const addons = this.config.addons.map(addon => this.addon(addon));
    const paragraphs = [
      this.stack(), ...this.provider(), ...this.vpc(), ...this.zones(), ...accounts, ...addons, ...this.gaps(),
    ];
    const imports = [
      ...importLine(this.imports.cdk, 'aws-cdk-lib'),
      ...importLine(this.imports.ec2, 'aws-cdk-lib/aws-ec2'),
      ...importLine(this.imports.iam, 'aws-cdk-lib/aws-iam'),
      ...importLine(this.imports.route53, 'aws-cdk-lib/aws-route53'),
      ...importLine(this.imports.irsa, 'cdk-irsa'),
    ].join('\n');
    return `${[imports, ...paragraphs].join('\n\n')}\n`;
  }

  private stack(): string {
    const account = this.options.account ? literal(this.options.account) : 'process.env.CDK_DEFAULT_ACCOUNT';
    const env = objectLiteral([
      ['account', account],
      ['region', literal(this.config.region)],
    ]);
    return [
      `const app = new ${this.cdk('App')}();`,
      this.statement([
        'const stack = ',
        call(`new ${this.cdk('Stack')}`, [
          'app',
          literal(stackIdOf(this.config, this.options)),
          objectLiteral([['env', env]]),
        ]),
      ]),
      ...this.tags('stack', this.config.tags),
    ].join('\n');
  }

  /** The issuer of the cluster, unless all service accounts use EKS Pod Identity. */
  private provider(): string[] {
    const isAssociated = this.config.serviceAccounts.every(({ association }) => association !== undefined)
      && this.config.addons.every(({ serviceAccountName }) => serviceAccountName !== undefined);
    if (isAssociated) return [];
    const { issuerUrl } = this.options;
    const [factory, argument] =
      issuerUrl === undefined
        ? ['fromLookup', objectLiteral([['clusterName', literal(this.config.clusterName)]])]
        : ['fromIssuerUrl', literal(issuerUrl)];
    return [[
      comment(
        issuerUrl === undefined
          ? 'The CDK CLI looks up the issuer of the cluster at synth time and caches it in cdk.context.json.'
          : "The cluster's issuer, registered with IAM by eksctl.",
      ),
      this.statement([
        'const oidcProvider = ',
        call(`${this.irsa('ClusterOidcProvider')}.${factory}`, ['stack', literal(this.id('Oidc')), argument]),
      ]),
    ].join('\n')];
  }

  /** The VPC that the permissions of the load balancer controller are limited to. */
  private vpc(): string[] {
    if (!this.uses('awsLoadBalancerController')) return [];
    const { vpcId, clusterName, region } = this.config;
    this.imports.ec2.add('Vpc');
    const make = (description: string, factory: string, argument: Code) =>
      [
        comment(description),
        this.statement(['const vpc = ', call(`Vpc.${factory}`, ['stack', literal(this.id('Vpc')), argument])]),
      ].join('\n');
    if (vpcId === undefined) {
      return [
        make(
          'The CDK CLI looks up the VPC of the cluster by the tag that eksctl has set.',
          'fromLookup',
          objectLiteral([['tags', objectLiteral([[VPC_TAG, literal(clusterName)]])]]),
        ),
      ];
    }
    // The CDK requires an availability zone.
    return [
      make(
        'The VPC of the cluster. Only its ID is used.',
        'fromVpcAttributes',
        objectLiteral([
          ['vpcId', literal(vpcId)],
          ['availabilityZones', listLiteral([literal(`${region}a`)])],
        ]),
      ),
    ];
  }

  /** The zones that the permissions of external-dns and cert-manager are limited to. */
  private zones(): string[] {
    if (!this.uses('externalDNS') && !this.uses('certManager')) return [];
    this.imports.route53.add('HostedZone');
    const zones = this.options.hostedZones.map((zone, index) =>
      call('HostedZone.fromHostedZoneId', ['stack', literal(this.id(`Zone${index + 1}`)), literal(zone)]),
    );
    return [
      [comment('The zones of --hosted-zone.'), this.statement(['const zones = ', listLiteral(zones)])].join('\n'),
    ];
  }

  private uses(controller: WellKnownController): boolean {
    return [...this.config.serviceAccounts, ...this.config.addons].some(
      ({ role }) => typeof role !== 'string' && role.controllers.includes(controller),
    );
  }

  private serviceAccount(account: ServiceAccount): string {
    const heading = comment(`${account.namespace}/${account.name}`);
    if (account.isLeftOut) return [heading, ...account.gaps.map(gap => comment(this.describeGap(gap)))].join('\n');
    const id = this.id(startsWithLetter(pascalCase(`${account.namespace}-${account.name}`), 'Ns'));
    const made = this.made(id, account);
    const isRoleAlone = !account.createServiceAccount && !account.association;
    const more = [
      ...this.tags(variable(id), tagsOf(account)),
      isRoleAlone ? this.roleArnOutput(id) : this.trustOfPattern(id, account),
    ].filter(line => line !== undefined);
    return [heading, this.statement(more.length > 0 ? [`const ${variable(id)} = `, made] : made), ...more].join('\n');
  }

  private made(id: string, account: ServiceAccount): Group {
    const { association, createServiceAccount } = account;
    if (association) return this.podIdentityServiceAccount(id, account, association);
    return createServiceAccount ? this.irsaServiceAccount(id, account) : this.irsaRole(id, account);
  }

  private podIdentityServiceAccount(
    id: string, account: ServiceAccount, { targetRoleArn, disableSessionTags }: Association,
  ): Group {
    return this.construct(this.irsa('PodIdentityServiceAccount'), id, [
      ['clusterName: ', literal(this.config.clusterName)],
      ...this.namesOf(account),
      ...(account.createServiceAccount ? [] : ['createServiceAccount: false']),
      ...(disableSessionTags ? ['disableSessionTags: true'] : []),
      ...(targetRoleArn === undefined
        ? []
        : [['targetRole: ', this.imported('Role', 'fromRoleArn', `${id}TargetRole`, targetRoleArn)]]),
      ...this.roleOf(id, account),
    ]);
  }

  private addon(addon: Addon): string {
    const { name, version, configurationValues, resolveConflicts, serviceAccountName, role } = addon;
    const id = this.id(startsWithLetter(pascalCase(`${name}-addon`), 'Addon'));
    const made = this.construct(this.irsa('ManagedAddon'), id, [
      ['clusterName: ', literal(this.config.clusterName)],
      ['addonName: ', literal(name)],
      ...(version === undefined ? [] : [['addonVersion: ', literal(version)]]),
      ...(serviceAccountName === undefined
        ? ['oidcProvider']
        : [['serviceAccountNames: ', listLiteral([literal(serviceAccountName)])]]),
      ...(configurationValues === undefined ? [] : [['configurationValues: ', jsonLiteral(configurationValues)]]),
      ...(resolveConflicts === undefined
        ? []
        : [`resolveConflicts: ${this.irsa('AddonConflictResolution')}.${resolveConflicts}`]),
      ...this.roleOf(id, addon),
    ]);
    const tags = typeof role === 'string' ? [] : this.tags(variable(id), role.tags);
    const statement = this.statement(tags.length > 0 ? [`const ${variable(id)} = `, made] : made);
    return [comment(`Add-on ${name}`), statement, ...tags].join('\n');
  }

  private irsaServiceAccount(id: string, account: ServiceAccount): Group {
    const { labels, annotations } = account;
    return this.construct(this.irsa('IrsaServiceAccount'), id, [
      'oidcProvider',
      ...this.namesOf(account),
      ...(account.audience === undefined ? [] : [['audience: ', literal(account.audience)]]),
      ...(account.tokenExpiration === undefined
        ? []
        : [`tokenExpiration: ${this.cdk('Duration')}.seconds(${account.tokenExpiration})`]),
      ...(account.regionalStsEndpoint === undefined ? [] : [`regionalStsEndpoint: ${account.regionalStsEndpoint}`]),
      ...(labels.length === 0 ? [] : [['labels: ', textsLiteral(labels)]]),
      ...(annotations.length === 0 ? [] : [['annotations: ', textsLiteral(annotations)]]),
      ...this.roleOf(id, account),
    ]);
  }

  private namesOf({ namespace, name, createServiceAccount }: ServiceAccount): Code[] {
    const isNamespaceMade = createServiceAccount && !BUILT_IN_NAMESPACES.includes(namespace);
    return [
      ['namespace: ', literal(namespace)],
      ['serviceAccountName: ', literal(name)],
      ...(isNamespaceMade ? ['createNamespace: true'] : []),
    ];
  }

  private roleOf(id: string, { role, gaps }: Pick<ServiceAccount, 'role' | 'gaps'>): (Code | Comment)[] {
    return [
      ...(typeof role === 'string'
        ? [['role: ', this.imported('Role', 'fromRoleArn', `${id}Role`, role)]]
        : this.roleOptions(id, role)),
      ...gaps.map(gap => new Comment(this.describeGap(gap))),
    ];
  }

  /** Additional service accounts that can assume the role. */
  private trustOfPattern(id: string, { namespace, role }: ServiceAccount): string | undefined {
    if (typeof role === 'string' || role.subjectPattern === undefined) return undefined;
    return this.statement(this.addServiceAccounts(`${variable(id)}.trust`, 'matching', namespace, role.subjectPattern));
  }

  private roleArnOutput(id: string): string {
    return `new ${this.cdk('CfnOutput')}(stack, ${literal(this.id(`${id}RoleArn`))}, { value: ${variable(id)}.roleArn `
      + '});';
  }

  private irsaRole(id: string, account: ServiceAccount): Group {
    const { subjectPattern, ...role } = account.role as NewRole;
    const trust = `new ${this.irsa('TrustPolicy')}()`;
    return this.construct(this.irsa('IrsaRole'), id, [
      [
        'trust: ',
        this.addServiceAccounts(
          trust,
          subjectPattern === undefined ? 'exact' : 'matching',
          account.namespace,
          subjectPattern ?? account.name,
        ),
      ],
      ...this.roleOptions(id, role),
      ...account.gaps.map(gap => new Comment(this.describeGap(gap))),
    ]);
  }

  private addServiceAccounts(trust: string, factory: 'exact' | 'matching', namespace: string, name: string): Code {
    const subject = call(`${this.irsa('ServiceAccountSubject')}.${factory}`, [literal(namespace), literal(name)]);
    return call(`${trust}.addServiceAccounts`, ['oidcProvider', new Group('[', [subject], ']')]);
  }

  private construct(name: string, id: string, properties: (Code | Comment)[]): Group {
    return new Group(`new ${name}(stack, ${literal(id)}, {`, properties, '})', true);
  }

  private roleOptions(id: string, role: NewRole): Code[] {
    const policies = [
      ...role.policyArns.map((arn, index) => this.managedPolicy(`${id}Policy${index + 1}`, arn)),
      ...role.awsPolicies.map(name => this.awsPolicy(name)),
    ];
    // A role has one controller. The load balancer controller's policy may be too long for an inline policy.
    const [controller, ...others] = [...role.controllers].sort(
      (left, right) => Number(right === 'awsLoadBalancerController') - Number(left === 'awsLoadBalancerController'),
    );
    const inlinePolicies: Code[] = [
      ...(role.inlinePolicy === undefined
        ? []
        : [['attachPolicy: ', call(`${this.iam('PolicyDocument')}.fromJson`, [jsonLiteral(role.inlinePolicy)])]]),
      ...others.map(other => [`${other}: `, this.controller(other), '.policyDocument(stack)']),
    ];
    return [
      ...(controller === undefined ? [] : [['controller: ', this.controller(controller)]]),
      ...(role.roleName === undefined ? [] : [['roleName: ', literal(role.roleName)]]),
      ...(policies.length === 0 ? [] : [['managedPolicies: ', listLiteral(policies)]]),
      ...(inlinePolicies.length === 0 ? [] : [['inlinePolicies: ', new Group('{', inlinePolicies, '}', true)]]),
      ...(role.permissionsBoundary === undefined
        ? []
        : [['permissionsBoundary: ', this.managedPolicy(`${id}Boundary`, role.permissionsBoundary)]]),
    ];
  }

  private controller(controller: WellKnownController): Code {
    const clusterName = literal(this.config.clusterName);
    const make = (factory: string, properties: string) => `${this.irsa('Controller')}.${factory}({ ${properties} })`;
    switch (controller) {
      case 'autoScaler':
        return make('clusterAutoscaler', `clusterNames: [${clusterName}]`);
      case 'awsLoadBalancerController':
        return make('awsLoadBalancerController', `clusterName: ${clusterName}, vpc`);
      case 'externalDNS':
        return make('externalDns', 'hostedZones: zones');
      case 'certManager':
        return make('certManager', 'hostedZones: zones');
    }
  }

  /** Policies of AWS in the partition of the region are referenced by name. */
  private managedPolicy(id: string, arn: string): Code {
    const [, partition, name] = AWS_POLICY_ARN.exec(arn) ?? [];
    return partition !== undefined && partition === partitionOf(this.config.region)?.name
      ? this.awsPolicy(name)
      : this.imported('ManagedPolicy', 'fromManagedPolicyArn', id, arn);
  }

  private awsPolicy(name: string): Code {
    return `${this.iam('ManagedPolicy')}.fromAwsManagedPolicyName(${literal(name)})`;
  }

  private imported(type: string, factory: string, id: string, arn: string): Code {
    return call(`${this.iam(type)}.${factory}`, ['stack', literal(this.id(id)), literal(arn)]);
  }

  private tags(target: string, tags: Texts): string[] {
    return tags.map(([key, value]) => `${this.cdk('Tags')}.of(${target}).add(${literal(key)}, ${literal(value)});`);
  }

  private gaps(): string[] {
    const { gaps } = this.config;
    return gaps.length === 0 ? [] : [gaps.map(gap => comment(this.describeGap(gap))).join('\n')];
  }

  private describeGap({ path, place, advice }: Gap): string {
    const key = path.replace(/^iam\.(serviceAccounts|podIdentityAssociations)\[\d+\]\.?/, '');
    return `Not mapped: ${key} (${this.options.file}:${place.line}). ${advice}`;
  }

  private statement(code: Code): string {
    return `${write(code)};`;
  }

  /** A unique ID. */
  private id(wanted: string): string {
    let id = wanted;
    for (let count = 2; this.ids.has(id.toLowerCase()); count++) id = `${wanted}${count}`;
    this.ids.add(id.toLowerCase()); // variables differ in their first letter only
    return id;
  }

  private cdk(name: string): string {
    this.imports.cdk.add(name);
    return name;
  }

  private iam(name: string): string {
    this.imports.iam.add(name);
    return name;
  }

  private irsa(name: string): string {
    this.imports.irsa.add(name);
    return name;
  }
}

/** The tags of role and association. eksctl does not tag existing roles. */
function tagsOf({ role, association }: ServiceAccount): Texts {
  return typeof role === 'string' ? association?.tags ?? [] : role.tags;
}

function textsLiteral(texts: Texts): Group {
  return objectLiteral(texts.map(([key, value]) => [key, literal(value)]));
}

function pascalCase(text: string): string {
  return text.split(/[^A-Za-z0-9]+/).map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function startsWithLetter(id: string, prefix: string): string {
  return /^[A-Za-z]/.test(id) ? id : prefix + id;
}

/**
 * The variable of a construct. It has at least two words, so it cannot be a keyword or another name of the program.
 */
function variable(id: string): string {
  return id.charAt(0).toLowerCase() + id.slice(1);
}
