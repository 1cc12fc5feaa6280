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
  },
  {
    factory: 'crunchyPostgres',
    make: stack => Controller.crunchyPostgres({ ...storage(stack), namespace: 'shop', postgresClusterName: 'orders' }),
    namespace: 'shop',
    serviceAccountName: 'orders-instance',
    ...storageCalls([...BACKUPS, 'GetObjectVersion'], LIST, KEYS),
    scopedTo: SCOPED_TO_STORAGE,
  },
  {
    factory: 'perconaOperators',
    make: stack =>
      Controller.perconaOperators({ ...storage(stack), namespace: 'shop', serviceAccountName: 'orders-mongodb' }),
    namespace: 'shop',
    serviceAccountName: 'orders-mongodb',
    ...storageCalls(BACKUPS, LIST, KEYS),
    scopedTo: SCOPED_TO_STORAGE,
  },
];
