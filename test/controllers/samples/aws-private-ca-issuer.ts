import { Stack } from 'aws-cdk-lib';
import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const AUTHORITY = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/12345678-1234-1234-1234-123456789012';
const OTHER_AUTHORITY =
  'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/00000000-1234-1234-1234-123456789012';

const authority = (stack: Stack) =>
  CertificateAuthority.fromCertificateAuthorityArn(
    stack,
    'Authority',
    stack.formatArn({
      service: 'acm-pca',
      resource: 'certificate-authority',
      resourceName: '12345678-1234-1234-1234-123456789012',
    }),
  );
const issue = (template: string, resource = AUTHORITY): Call => ({
  action: 'acm-pca:IssueCertificate',
  resource,
  context: { 'acm-pca:TemplateArn': `arn:aws:acm-pca:::template/${template}/V1` },
});

const MAY: Call[] = [
  { action: 'acm-pca:DescribeCertificateAuthority', resource: AUTHORITY },
  { action: 'acm-pca:GetCertificate', resource: AUTHORITY },
  // The table in the project's README.
  ...[
    'CodeSigningCertificate',
    'EndEntityClientAuthCertificate',
    'EndEntityServerAuthCertificate',
    'OCSPSigningCertificate',
    'EndEntityCertificate',
    'BlankEndEntityCertificate_APICSRPassthrough',
  ].map(template => issue(template)),
];
const MAY_NOT: Call[] = [
  issue('EndEntityCertificate', OTHER_AUTHORITY),
  issue('RootCACertificate'),
  issue('SubordinateCACertificate_PathLen3'),
  { action: 'acm-pca:IssueCertificate', resource: AUTHORITY },
  { action: 'acm-pca:GetCertificate', resource: OTHER_AUTHORITY },
  { action: 'acm-pca:RevokeCertificate', resource: AUTHORITY },
];

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'awsPrivateCaIssuer',
    make: stack => Controller.awsPrivateCaIssuer({ certificateAuthorities: [authority(stack)] }),
    namespace: 'aws-privateca-issuer',
    serviceAccountName: 'aws-privateca-issuer',
    may: MAY,
    mayNot: [...MAY_NOT, issue('SubordinateCACertificate_PathLen0')],
    scopedTo: 'the certificate authorities, and templates of end entities',
  },
  {
    factory: 'awsPrivateCaIssuer',
    variant: 'with subordinate authorities',
    make: stack =>
      Controller.awsPrivateCaIssuer({ certificateAuthorities: [authority(stack)], subordinateAuthorities: true }),
    namespace: 'aws-privateca-issuer',
    serviceAccountName: 'aws-privateca-issuer',
    may: [...MAY, issue('SubordinateCACertificate_PathLen0')],
    mayNot: MAY_NOT,
    scopedTo: 'the certificate authorities',
  },
  {
    factory: 'awsPrivateCaIssuer',
    variant: 'with a template and a role',
    make: stack =>
      Controller.awsPrivateCaIssuer({
        certificateAuthorities: [authority(stack)],
        templates: ['EndEntityCertificate_APIPassthrough'],
        roles: [Role.fromRoleName(stack, 'Other', 'other-account')],
      }),
    namespace: 'aws-privateca-issuer',
    serviceAccountName: 'aws-privateca-issuer',
    may: [
      ...MAY,
      issue('EndEntityCertificate_APIPassthrough'),
      { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/other-account' },
      { action: 'sts:TagSession', resource: 'arn:aws:iam::111122223333:role/other-account' },
    ],
    mayNot: [...MAY_NOT, { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/admin' }],
    scopedTo: 'the certificate authorities, templates and roles',
  },
];
