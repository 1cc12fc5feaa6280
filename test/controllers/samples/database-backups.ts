/**
 * Calls as upstream documents them: docs.pgbarman.org (barman-cloud: S3 setup), pgbackrest.org (S3-Compatible Object
 * Store Support), Percona's docs (backups-storage-s3).
 */
import { SCOPED_TO_STORAGE, storage, storageCalls } from './object-storage';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const BACKUPS = [
  'AbortMultipartUpload',
  'DeleteObject',
  'GetObject',
  'ListMultipartUploadParts',
  'PutObject',
  'PutObjectTagging',
];
const LIST = ['GetBucketLocation', 'ListBucket'];
const KEYS = ['Decrypt', 'GenerateDataKey'];

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'cloudNativePg',
    make: stack => Controller.cloudNativePg({ ...storage(stack), namespace: 'shop', postgresClusterName: 'orders' }),
    namespace: 'shop',
    serviceAccountName: 'orders',
    ...storageCalls(BACKUPS, LIST, KEYS),
    scopedTo: SCOPED_TO_STORAGE,
    needs: '`serviceAccountTemplate` of the Cluster, `destinationPath` and `inheritFromIAMRole` of the ObjectStore',
  },
  {
    factory: 'crunchyPostgres',
    make: stack => Controller.crunchyPostgres({ ...storage(stack), namespace: 'shop', postgresClusterName: 'orders' }),
    namespace: 'shop',
    serviceAccountName: 'orders-instance',
    ...storageCalls([...BACKUPS, 'GetObjectVersion'], LIST, KEYS),
    scopedTo: SCOPED_TO_STORAGE,
    needs: '`spec.metadata` of the PostgresCluster, `repo1-path`, `repo1-s3-key-type`; trust in `<cluster>-pgbackrest`',
  },
  {
    factory: 'perconaOperators',
    make: stack =>
      Controller.perconaOperators({ ...storage(stack), namespace: 'shop', serviceAccountName: 'orders-mongodb' }),
    namespace: 'shop',
    serviceAccountName: 'orders-mongodb',
    ...storageCalls(BACKUPS, LIST, KEYS),
    scopedTo: SCOPED_TO_STORAGE,
    needs: 'annotations of the ServiceAccount, `prefix` of the storage, no `credentialsSecret`; trust in the operator',
  },
];
