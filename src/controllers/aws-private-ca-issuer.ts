import { ICertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { allow, arn, ControllerDefinition, required } from './definition';
import { assumeRoles, optional } from './parts';
import { fail, problem } from '../private/errors';
import { isToken } from '../private/values/is-token';

/**
 * Options of `Controller.awsPrivateCaIssuer`.
 */
export interface AwsPrivateCaIssuerOptions {
  /**
   * The certificate authorities of AWS Private CA that sign certificates. At least one.
   */
  readonly certificateAuthorities: ICertificateAuthority[];

  /**
   * Whether it may also request certificates for certificate authorities, those of a `Certificate` with `isCA: true`.
   * They have a path length of 0, so that they cannot sign further authorities.
   *
   * @default false
   */
  readonly subordinateAuthorities?: boolean;

  /**
   * Names of additional templates that it may request, those of `pcaTemplate` in an issuer. For example
   * `EndEntityCertificate_APIPassthrough`.
   *
   * @default - the templates that it selects by the usages of a `Certificate`
   * @see https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html
   */
  readonly templates?: string[];

  /**
   * The roles that it assumes, those of `role` in an issuer, for a certificate authority in another account. They must
   * trust its role.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

/** The templates that it selects by the usages of a `Certificate`. None of them creates a certificate authority. */
const END_ENTITY_TEMPLATES = [
  'BlankEndEntityCertificate_APICSRPassthrough',
  'CodeSigningCertificate',
  'EndEntityCertificate',
  'EndEntityClientAuthCertificate',
  'EndEntityServerAuthCertificate',
  'OCSPSigningCertificate',
];

/**
 * @see https://github.com/cert-manager/aws-privateca-issuer#configuration
 *
 * @internal
 */
export function awsPrivateCaIssuer(options: AwsPrivateCaIssuerOptions): ControllerDefinition {
  const authorities = required(
    'awsPrivateCaIssuer',
    'certificateAuthorities',
    'certificate authority',
    options.certificateAuthorities,
  );
  const roles = optional('awsPrivateCaIssuer', 'roles', 'role', options.roles);
  const more = optional('awsPrivateCaIssuer', 'templates', 'template', options.templates);
  const wrong = more.find(template => isToken(template) || !/^\w+$/.test(template));
  if (wrong !== undefined) {
    const advice = 'Use the part between template/ and /V1 in its ARN: EndEntityCertificate_APIPassthrough.';
    fail('Controller.awsPrivateCaIssuer', problem('templates', 'be template names known at synth time', wrong, advice));
  }
  const templates = [
    ...more,
    ...END_ENTITY_TEMPLATES,
    ...(options.subordinateAuthorities ? ['SubordinateCACertificate_PathLen0'] : []),
  ];
  return {
    name: 'aws-privateca-issuer',
    namespace: 'aws-privateca-issuer',
    serviceAccountName: 'aws-privateca-issuer',
    statements: scope => {
      const resources = authorities.map(authority => authority.certificateAuthorityArn);
      return [
        allow({ actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate'], resources }),
        allow({
          actions: ['acm-pca:IssueCertificate'],
          resources,
          conditions: {
            StringEquals: {
              'acm-pca:TemplateArn': templates.map(template =>
                arn(scope, 'acm-pca', `template/${template}/V1`, { region: '', account: '' }),
              ),
            },
          },
        }),
        ...assumeRoles(roles),
      ];
    },
  };
}
