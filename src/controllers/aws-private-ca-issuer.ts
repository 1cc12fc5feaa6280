import { ICertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { allow, arn, ControllerDefinition, required } from './definition';

/**
 * Options of `Controller.awsPrivateCaIssuer`.
 */
export interface AwsPrivateCaIssuerOptions {
  /**
   * The certificate authorities of AWS Private CA that sign; at least one.
   */
  readonly certificateAuthorities: ICertificateAuthority[];

  /**
   * Whether it may also have certificates signed that are certificate authorities themselves, those of a `Certificate`
   * with `isCA: true`: with a path length of 0, so that they sign no further authorities.
   *
   * @default false
   */
  readonly subordinateAuthorities?: boolean;
}

/** The templates that it asks for, by the usages of a `Certificate`; none of them makes a certificate authority. */
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
  const templates = [
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
      ];
    },
  };
}
