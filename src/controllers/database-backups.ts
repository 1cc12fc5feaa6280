import { BucketAccess, KEEP_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';
import { failIf, missingProblem } from '../private/errors';

/**
 * Options of `Controller.cloudNativePg` and `Controller.crunchyPostgres`.
 */
export interface PostgresBackupsOptions extends ObjectStorageOptions {
  /**
   * The namespace of the PostgreSQL cluster, not that of the operator.
   */
  readonly namespace: string;

  /**
   * The name of the PostgreSQL cluster: `metadata.name` of its resource. The operator derives the ServiceAccount of the
   * pods from it.
   */
  readonly postgresClusterName: string;
}

/**
 * Options of `Controller.perconaOperators`.
 */
export interface PerconaOperatorsOptions extends ObjectStorageOptions {
  /**
   * The namespace of the pods that create backups.
   */
  readonly namespace: string;

  /**
   * The ServiceAccount of the pods that create backups: the `serviceAccountName` of the replica sets for MongoDB,
   * `backup.serviceAccountName` for MySQL, and `<cluster>-instance` for PostgreSQL.
   */
  readonly serviceAccountName: string;
}

const BACKUPS: BucketAccess = { ...KEEP_OBJECTS, onObjects: [...KEEP_OBJECTS.onObjects, 's3:PutObjectTagging'] };

/**
 * @see https://cloudnative-pg.io/plugin-barman-cloud/docs/object_stores/#aws-s3
 *
 * @internal
 */
export function cloudNativePg(options: PostgresBackupsOptions): ControllerDefinition {
  const { namespace, postgresClusterName } = options;
  const statements = objectStorage('cloudNativePg', options, BACKUPS);
  checkNames('cloudNativePg', { namespace, postgresClusterName });
  return {
    name: 'cloudnative-pg',
    namespace,
    serviceAccountName: postgresClusterName,
    insteadOfHelmValues: 'Write `annotations` to spec.serviceAccountTemplate.metadata of the Cluster.',
    statements,
  };
}

/**
 * @see https://access.crunchydata.com/documentation/postgres-operator/latest/tutorials/backups-disaster-recovery
 *
 * @internal
 */
export function crunchyPostgres(options: PostgresBackupsOptions): ControllerDefinition {
  const { namespace, postgresClusterName } = options;
  const statements = objectStorage('crunchyPostgres', options, {
    ...BACKUPS,
    onObjects: [...BACKUPS.onObjects, 's3:GetObjectVersion'],
  });
  checkNames('crunchyPostgres', { namespace, postgresClusterName });
  return {
    name: 'crunchy-postgres',
    namespace,
    serviceAccountName: `${postgresClusterName}-instance`,
    insteadOfHelmValues: 'Write `annotations` to spec.metadata of the PostgresCluster.',
    statements,
  };
}

/**
 * @see https://docs.percona.com/percona-operator-for-mongodb/backups-storage-s3.html
 *
 * @internal
 */
export function perconaOperators(options: PerconaOperatorsOptions): ControllerDefinition {
  const { namespace, serviceAccountName } = options;
  const statements = objectStorage('perconaOperators', options, BACKUPS);
  checkNames('perconaOperators', { namespace, serviceAccountName });
  return {
    name: 'percona-operators',
    namespace,
    serviceAccountName,
    insteadOfHelmValues: 'Annotate the ServiceAccount of the pods that create backups.',
    statements,
  };
}

/** Validates the names first, because the name of the ServiceAccount is derived from them. */
function checkNames(factory: string, names: { [property: string]: string }): void {
  for (const [property, name] of Object.entries(names)) {
    failIf(`Controller.${factory}`, missingProblem(property, name, 'Copy it from the resource of the database.'));
  }
}
