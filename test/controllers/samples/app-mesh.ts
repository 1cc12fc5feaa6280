import { Stack } from 'aws-cdk-lib';
import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HttpNamespace, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { elsewhere } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;
const MESH = arn('appmesh', 'mesh/shop');
const SERVICE = arn('servicediscovery', 'service/srv-1');
const ZONE = 'arn:aws:route53:::hostedzone/Z1';
const CERTIFICATE = arn('acm', 'certificate/11111111-2222-3333-4444-555555555555');
const AUTHORITY = arn('acm-pca', 'certificate-authority/11111111-2222-3333-4444-555555555555');
const LINKED_ROLE = 'arn:aws:iam::111122223333:role/aws-service-role/appmesh.amazonaws.com/AWSServiceRoleForAppMesh';

const inMesh = (mesh: string): Call[] => [
  ...['Create', 'Delete', 'Describe', 'Update'].flatMap(verb => [
    { action: `appmesh:${verb}Mesh`, resource: mesh },
    { action: `appmesh:${verb}VirtualNode`, resource: `${mesh}/virtualNode/web` },
    { action: `appmesh:${verb}VirtualService`, resource: `${mesh}/virtualService/web.shop.local` },
    { action: `appmesh:${verb}Route`, resource: `${mesh}/virtualRouter/web/route/all` },
    { action: `appmesh:${verb}GatewayRoute`, resource: `${mesh}/virtualGateway/front/gatewayRoute/all` },
  ]),
  { action: 'appmesh:ListVirtualNodes', resource: mesh },
  { action: 'appmesh:ListRoutes', resource: `${mesh}/virtualRouter/web` },
];
const named = (name: string) => ({ 'route53:ChangeResourceRecordSetsNormalizedRecordNames': name });
const may: Call[] = [
  ...inMesh(MESH),
  { action: 'appmesh:ListMeshes', resource: '*' },
  { action: 'iam:CreateServiceLinkedRole', resource: LINKED_ROLE, context: { 'iam:AWSServiceName': 'appmesh.amazonaws.com' } },
];
const mayNot: Call[] = [
  ...inMesh(arn('appmesh', 'mesh/shop-2')),
  ...elsewhere(inMesh(MESH)),
  ...inMesh(MESH).map(call => ({ ...call, resource: call.resource.replace('111122223333', '444455556666') })),
  { action: 'appmesh:StreamAggregatedResources', resource: `${MESH}/virtualNode/web` },
  { action: 'appmesh:PutMeshPolicy', resource: MESH },
  { action: 'iam:CreateServiceLinkedRole', resource: LINKED_ROLE, context: { 'iam:AWSServiceName': 'ecs.amazonaws.com' } },
  { action: 'iam:CreateServiceLinkedRole', resource: LINKED_ROLE.replace('appmesh', 'ecs'), context: { 'iam:AWSServiceName': 'appmesh.amazonaws.com' } },
];
const certificateCalls = (certificate = CERTIFICATE, authority = AUTHORITY): Call[] => [
  { action: 'acm:DescribeCertificate', resource: certificate },
  { action: 'acm-pca:DescribeCertificateAuthority', resource: authority },
];
const cloudMapCalls = (service = SERVICE): Call[] => [
  'DeleteService', 'DeregisterInstance', 'GetInstancesHealthStatus', 'GetService', 'ListInstances', 'RegisterInstance', 'UpdateInstanceCustomHealthStatus',
].map(action => ({ action: `servicediscovery:${action}`, resource: service }));
const create = (id: string): Call => ({ action: 'servicediscovery:CreateService', resource: arn('servicediscovery', `namespace/${id}`) });

const common = { factory: 'appMesh', namespace: 'appmesh-system', serviceAccountName: 'appmesh-controller' };
const imported = (stack: Stack, service: string, resource: string, resourceName: string) => stack.formatArn({ service, resource, resourceName });

export const SAMPLES: ControllerSample[] = [{
  ...common,
  make: stack => Controller.appMesh({
    meshNames: ['shop'],
    certificates: [Certificate.fromCertificateArn(stack, 'Certificate', imported(stack, 'acm', 'certificate', '11111111-2222-3333-4444-555555555555'))],
    certificateAuthorities: [CertificateAuthority.fromCertificateAuthorityArn(
      stack, 'Authority', imported(stack, 'acm-pca', 'certificate-authority', '11111111-2222-3333-4444-555555555555'),
    )],
  }),
  may: [...may, ...certificateCalls()],
  mayNot: [
    ...mayNot, ...certificateCalls(CERTIFICATE.replace('5555', '6666'), AUTHORITY.replace('5555', '6666')), ...cloudMapCalls(), create('ns-1'),
    { action: 'acm:ExportCertificate', resource: CERTIFICATE },
    { action: 'route53:ChangeResourceRecordSets', resource: ZONE, context: named('web.shop.local') },
  ],
  inputs: '`meshNames`, `cloudMapNamespaces?`, `certificates?`, `certificateAuthorities?`',
  scopedTo: 'the meshes, certificates and certificate authorities; AWS has discontinued App Mesh',
}, {
  ...common,
  variant: 'namespaces of Cloud Map',
  make: stack => Controller.appMesh({
    meshNames: ['shop'],
    cloudMapNamespaces: [
      PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(stack, 'Dns', {
        namespaceName: 'Shop.local', namespaceId: 'ns-1', namespaceArn: imported(stack, 'servicediscovery', 'namespace', 'ns-1'),
      }),
      HttpNamespace.fromHttpNamespaceAttributes(stack, 'Http', {
        namespaceName: 'http', namespaceId: 'ns-2', namespaceArn: imported(stack, 'servicediscovery', 'namespace', 'ns-2'),
      }),
    ],
  }),
  may: [
    ...may, ...cloudMapCalls(), create('ns-1'), create('ns-2'),
    { action: 'servicediscovery:CreateService', resource: SERVICE },
    { action: 'servicediscovery:ListServices', resource: '*' },
    { action: 'route53:ChangeResourceRecordSets', resource: ZONE, context: named('web.shop.local') },
  ],
  mayNot: [
    ...mayNot, ...certificateCalls(), ...elsewhere(cloudMapCalls()), create('ns-3'),
    { action: 'servicediscovery:DeleteNamespace', resource: arn('servicediscovery', 'namespace/ns-1') },
    ...['shop.local', 'web.shop.local.bank', 'web.http', 'bank.example'].map(name => ({ action: 'route53:ChangeResourceRecordSets', resource: ZONE, context: named(name) })),
    { action: 'route53:DeleteHealthCheck', resource: 'arn:aws:route53:::healthcheck/1' },
  ],
  unscoped: true,
  inputs: '`meshNames`, `cloudMapNamespaces`',
  scopedTo: 'the meshes, and new services to the namespaces',
}];
