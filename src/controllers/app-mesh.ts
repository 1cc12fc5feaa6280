import { Token } from 'aws-cdk-lib';
import { ICertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition, required, serviceLinkedRole } from './definition';
import { optional } from './parts';
import { failIf, problem } from '../private/errors';
import { settledProblems } from '../private/value-safety';
import { literal } from '../private/tokens';

/**
 * Options of `Controller.appMesh`.
 */
export interface AppMeshOptions {
  /**
   * The names of the meshes that it makes and changes, in the account and region of the role: the `awsName` of each `Mesh`, which is its own name unless set; at least one.
   * A name may be known at deployment only.
   */
  readonly meshNames: string[];

  /**
   * The namespaces of Cloud Map, HTTP or private DNS, that its `VirtualNode`s are found in. It makes and deletes services in them and registers pods. Cloud Map cannot tell
   * apart which namespace a service is of: raises `cdk-irsa:controller-unscoped`. Health checks of Route 53 are not included; its services have none.
   *
   * @default - none: its nodes are found by DNS
   */
  readonly cloudMapNamespaces?: INamespace[];

  /**
   * The certificates of ACM that listeners show. App Mesh asks whether whoever names one may describe it.
   *
   * @default - none
   */
  readonly certificates?: ICertificate[];

  /**
   * The certificate authorities of AWS Private CA that client policies trust. App Mesh asks whether whoever names one may describe it.
   *
   * @default - none
   */
  readonly certificateAuthorities?: ICertificateAuthority[];
}

const IN_A_MESH = ['GatewayRoute', 'Route', 'VirtualGateway', 'VirtualNode', 'VirtualRouter', 'VirtualService'];
const MESH_NAME = /^[^*?$:/\s]{1,255}$/;
const MESH_NAME_FRAGMENT = /^[^*?$:/\s]*$/;

/** @see https://github.com/aws/aws-app-mesh-controller-for-k8s/blob/master/config/iam/controller-iam-policy.json */
export function appMesh(options: AppMeshOptions): ControllerDefinition {
  const meshNames = required('appMesh', 'meshNames', 'mesh', options.meshNames);
  meshNames.forEach(name => failIf('Controller.appMesh', meshNameProblem('meshNames', name)));
  const namespaces = optional('appMesh', 'cloudMapNamespaces', 'namespace of Cloud Map', options.cloudMapNamespaces);
  const certificates = optional('appMesh', 'certificates', 'certificate', options.certificates);
  const authorities = optional('appMesh', 'certificateAuthorities', 'certificate authority', options.certificateAuthorities);
  return {
    name: 'appmesh-controller',
    namespace: 'appmesh-system',
    serviceAccountName: 'appmesh-controller',
    unscoped: namespaces.length === 0 ? undefined
      : 'Cloud Map has no condition on the namespace of a service: it may register instances in, and delete, the services of every namespace in the account and region.',
    problems: scope => meshNames.flatMap(name => settledProblems(scope, 'meshNames', name, meshNameProblem, { fragment: MESH_NAME_FRAGMENT, trustsForeign: true })),
    statements: scope => [
      ...meshes(scope, meshNames),
      ...certificates.length > 0 ? [allow({ actions: ['acm:DescribeCertificate'], resources: certificates.map(({ certificateArn }) => certificateArn) })] : [],
      ...authorities.length > 0
        ? [allow({ actions: ['acm-pca:DescribeCertificateAuthority'], resources: authorities.map(({ certificateAuthorityArn }) => certificateAuthorityArn) })]
        : [],
      ...namespaces.length > 0 ? cloudMap(scope, namespaces) : [],
    ],
  };
}

function meshNameProblem(property: string, name: string): string | undefined {
  if (Token.isUnresolved(name) || MESH_NAME.test(name)) return undefined;
  return problem(property, 'be the name of a mesh, at most 255 characters without *, ?, $, :, / and spaces', name, '`kubectl get meshes` prints those of a cluster.');
}

function meshes(scope: IConstruct, names: string[]): PolicyStatement[] {
  const calls = (...verbs: string[]) => verbs.flatMap(verb => ['Mesh', ...IN_A_MESH].map(type => `appmesh:${verb}${type}`));
  return [
    allow({
      actions: [...calls('Create', 'Delete', 'Describe', 'Update'), ...IN_A_MESH.map(type => `appmesh:List${type}s`)],
      resources: names.flatMap(name => [arn(scope, 'appmesh', `mesh/${name}`), arn(scope, 'appmesh', `mesh/${name}/*`)]),
    }),
    allow({ actions: ['appmesh:ListMeshes'], resources: ['*'] }),
    serviceLinkedRole(scope, 'appmesh.amazonaws.com', 'AWSServiceRoleForAppMesh'),
  ];
}

function cloudMap(scope: IConstruct, namespaces: INamespace[]): PolicyStatement[] {
  const ofNamespaces = namespaces.map(({ namespaceArn }) => namespaceArn);
  const services = arn(scope, 'servicediscovery', 'service/*');
  const domains = namespaces.filter(({ type }) => type !== 'HTTP').map(({ namespaceName }) => literal(namespaceName)?.toLowerCase() ?? namespaceName);
  return [
    allow({ actions: ['servicediscovery:ListNamespaces', 'servicediscovery:ListServices'], resources: ['*'] }),
    // Takes both: the namespace is what holds it.
    allow({ actions: ['servicediscovery:CreateService', 'servicediscovery:GetOperation'], resources: [...ofNamespaces, services] }),
    allow({
      actions: [
        'servicediscovery:DeleteService', 'servicediscovery:DeregisterInstance', 'servicediscovery:GetInstance', 'servicediscovery:GetInstancesHealthStatus',
        'servicediscovery:GetService', 'servicediscovery:ListInstances', 'servicediscovery:RegisterInstance', 'servicediscovery:UpdateInstanceCustomHealthStatus',
      ],
      resources: [services],
    }),
    // Cloud Map keeps the records of the zones that it has made for these namespaces with the permissions of whoever registers.
    ...domains.length > 0 ? [allow({
      actions: ['route53:ChangeResourceRecordSets'],
      resources: [arn(scope, 'route53', 'hostedzone/*', { region: '', account: '' })],
      conditions: { 'ForAllValues:StringLike': { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': domains.map(domain => `*.${domain}`) } },
    })] : [],
  ];
}
