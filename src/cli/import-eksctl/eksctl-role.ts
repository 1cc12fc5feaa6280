import { readPolicy } from './eksctl-policy';
import { FLAG } from './eksctl-shape';
import { Gaps } from './gaps';
import { Json, Path, YamlFile } from './yaml-file';
import { readShape } from './yaml-shape';
import { WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { quoted } from '../text';

const POLICY_ARN = /^arn:aws[a-z0-9-]*:iam::(\d{12}|aws):policy\/[\u0021-\u007e]+$/;
/** What eksctl gives to the VPC that it makes. */
export const VPC_TAG = 'alpha.eksctl.io/cluster-name';

/** Of the well-known policies, those that become a managed policy of AWS. */
const AWS_POLICIES: Record<string, { name: string; reason: string }> = {
  imageBuilder: { name: 'AmazonEC2ContainerRegistryPowerUser', reason: 'which eksctl attaches for it.' },
  ebsCSIController: {
    name: 'service-role/AmazonEBSCSIDriverPolicy',
    reason: 'which eksctl attaches for it. Controller.ebsCsiDriver is narrower.',
  },
  efsCSIController: {
    name: 'service-role/AmazonEFSCSIDriverPolicy',
    reason: 'held to the tag of a driver as eksctl\'s own statements are. Controller.efsCsiDriver is narrower: it'
      + ' names the file systems.',
  },
};
/** Those that become a controller of this library. */
const CONTROLLERS: WellKnownController[] = ['autoScaler', 'awsLoadBalancerController', 'externalDNS', 'certManager'];

/** AWS has discontinued it. */
const APP_MESH = ['appMesh', 'appMeshPreview'];

export type WellKnownController = 'autoScaler' | 'awsLoadBalancerController' | 'externalDNS' | 'certManager';

export type Texts = [key: string, value: string][];

/** The role that eksctl makes for a service account. */
export interface NewRole {
  readonly roleName?: string;
  readonly policyArns: string[];
  /** Names of AWS's own policies. */
  readonly awsPolicies: string[];
  readonly controllers: WellKnownController[];
  readonly inlinePolicy?: Map<string, Json>;
  readonly permissionsBoundary?: string;
  /** The names of the service accounts of the namespace that it lets in, instead of one. */
  readonly subjectPattern?: string;
  readonly tags: Texts;
}

/** What the parts of a role are called. */
export interface RoleKeys {
  readonly role: string;
  readonly policyArns: string;
  readonly policy: string;
  readonly boundary: string;
}

/** What eksctl's shapes say of a new role. */
export interface RoleValues {
  readonly roleName?: string;
  readonly subjectPattern?: string;
  readonly tags?: Texts;
  readonly policyArns?: string[];
  readonly permissionsBoundary?: string;
}

/** What controllers are held to. */
export interface Held {
  readonly clusterName: string;
  readonly vpcId?: string;
  /** Whether the file names subnets of an existing VPC, but not the VPC. */
  readonly isVpcUnknown: boolean;
  readonly hasZones: boolean;
}

/** The role of a service account, an association or an add-on. */
export class RoleReader {
  constructor(
    private readonly file: YamlFile, private readonly path: Path, private readonly gaps: Gaps,
    private readonly keys: RoleKeys, private readonly held: Held,
  ) {}

  public read({ policyArns = [], permissionsBoundary, roleName, subjectPattern, tags = [] }: RoleValues): NewRole {
    const document = this.in(this.keys.policy);
    if (policyArns.length === 0 && !this.file.has(this.in('wellKnownPolicies')) && !this.file.has(document)) {
      this.file.note(this.path, 'has no policies, and eksctl would refuse it; the role has none.');
    }
    if (roleName) {
      this.file.note(this.in('roleName'), 'the role of eksctl\'s stack has this name until that stack is deleted, and'
        + ' IAM has a name once. Write another one while both exist.');
    }
    policyArns.forEach((arn, index) => this.checkPolicy([...this.in(this.keys.policyArns), index], arn));
    if (permissionsBoundary) this.checkPolicy(this.in(this.keys.boundary), permissionsBoundary);
    const unmapped = (cause: Path, advice: string) => this.gaps.add(document, advice, cause);
    return {
      policyArns,
      ...this.wellKnown(),
      inlinePolicy: this.file.has(document) ? readPolicy(this.file, document, unmapped) : undefined,
      permissionsBoundary,
      roleName,
      subjectPattern,
      tags,
    };
  }

  /** Notes what eksctl ignores beside the ARN of an existing role. */
  public noteIgnored(...keys: string[]): void {
    const { policyArns, policy, boundary, role } = this.keys;
    for (const key of [policyArns, policy, 'wellKnownPolicies', boundary, 'roleName', ...keys]) {
      if (!this.file.has(this.in(key))) continue;
      const reason = `eksctl makes no role beside ${role}, and does not use it; neither does the program.`;
      this.file.note(this.in(key), reason);
    }
  }

  /** Whether no role can have this ARN, which leaves nothing to write. */
  public isImpossible(arn: string): boolean {
    if (WEBHOOK_ROLE_ARN.test(arn)) return false;
    this.gaps.add(
      this.in(this.keys.role),
      `No role can have the ARN ${quoted(arn)}: correct it (the account has 12 digits) and import again.`,
    );
    return true;
  }

  /** Wrong accounts stay as they are: without the boundary the role would be wider, without the policy weaker. */
  private checkPolicy(path: Path, arn: string): void {
    if (POLICY_ARN.test(arn)) return;
    this.file.note(path, `no policy can have the ARN ${quoted(arn)}: IAM will refuse it. Correct it before you`
      + ' deploy.');
  }

  private wellKnown(): Pick<NewRole, 'awsPolicies' | 'controllers'> {
    const policies = this.in('wellKnownPolicies');
    this.gaps.unknown(policies, [...Object.keys(AWS_POLICIES), ...CONTROLLERS, ...APP_MESH]);
    const awsPolicies: string[] = [];
    const controllers: WellKnownController[] = [];
    for (const key of this.file.keys(policies)) {
      const path = [...policies, key];
      const isController = (CONTROLLERS as string[]).includes(key);
      const isKnown = isController || Object.hasOwn(AWS_POLICIES, key) || APP_MESH.includes(key);
      if (!isKnown || !readShape(FLAG, this.file, path)) continue;
      if (APP_MESH.includes(key)) {
        this.gaps.add(path, 'AWS has discontinued App Mesh: the role is written without it.');
      } else if (isController) {
        if (this.controller(path, key as WellKnownController)) controllers.push(key as WellKnownController);
      } else {
        const { name, reason } = AWS_POLICIES[key];
        awsPolicies.push(name);
        this.file.note(path, `written as AWS's managed policy ${name}, ${reason}`);
      }
    }
    return { awsPolicies, controllers };
  }

  /** Whether the program can have the controller. */
  private controller(path: Path, controller: WellKnownController): boolean {
    const { factory, needsZones, scope } = describeController(controller, this.held);
    if (controller === 'awsLoadBalancerController' && this.held.isVpcUnknown) {
      this.gaps.add(path, 'The file names subnets of an existing VPC, not the VPC itself; the role is written without'
        + ' it. Import again with --vpc <id>.');
      return false;
    }
    if (needsZones && !this.held.hasZones) {
      this.gaps.add(path, 'eksctl lets it change every record of every hosted zone of the account; the role is'
        + ' written without it.'
        + ` Import again with --hosted-zone <id> for each zone that it manages, or add controller: ${factory}({`
        + ' hostedZones: […] }).');
      return false;
    }
    this.file.note(path, `written as ${factory}, narrower than eksctl: ${scope}`);
    return true;
  }

  private in(key: string): Path {
    return [...this.path, key];
  }
}

/** What becomes of a well-known policy, and what is new for the user in it. */
interface Described {
  readonly factory: string;
  readonly needsZones: boolean;
  readonly scope: string;
}

function describeController(controller: WellKnownController, { clusterName, vpcId }: Held): Described {
  const vpc = vpcId ?? `the VPC with the tag ${VPC_TAG} = ${clusterName}, which the CDK CLI looks up`;
  switch (controller) {
    case 'autoScaler': return {
      factory: 'Controller.clusterAutoscaler',
      needsZones: false,
      scope: `it changes Auto Scaling groups with the tag k8s.io/cluster-autoscaler/${clusterName} = owned alone.`
        + ' See that yours have it.',
    };
    case 'awsLoadBalancerController': return {
      factory: 'Controller.awsLoadBalancerController',
      needsZones: false,
      scope: `it changes load balancers with the tag elbv2.k8s.aws/cluster = ${clusterName}, and security groups of`
        + ` ${vpc}, alone.`,
    };
    case 'externalDNS': return {
      factory: 'Controller.externalDns',
      needsZones: true,
      scope: 'it changes records of the zones of --hosted-zone alone.',
    };
    case 'certManager': return {
      factory: 'Controller.certManager',
      needsZones: true,
      scope: 'it changes TXT records _acme-challenge.* of the zones of --hosted-zone alone.',
    };
  }
}
