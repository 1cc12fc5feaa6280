/**
 * Stands in for the AWS CLI: runs commands in a shell, with folders in place of S3 and CloudFormation. It knows exactly
 * what the commands of this library need, and fails on anything else.
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/s3/cp.html
 */
import { spawnSync } from 'child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { delimiter, join } from 'path';

const AWS = `#!/bin/sh
set -eu
case "$1 $2" in
  's3 cp')
    file="$BUCKETS/\${4#s3://}"
    [ "$4" != "$file" ] && [ -d "$BUCKETS/$(printf %s "\${4#s3://}" | cut -d/ -f1)" ] ||
      { echo "no such bucket: $4" >&2; exit 1; }
    [ "$5 $6 $7 $8" = "--content-type application/json --region $REGION" ] && [ $# = 8 ] ||
      { echo "s3 cp: $*" >&2; exit 1; }
    mkdir -p "$(dirname "$file")"
    if [ "$3" = - ]; then cat >"$file"; else cp "$3" "$file"; fi ;;
  'cloudformation describe-stacks')
    [ "$3 $5 $7 $8 $9" = '--stack-name --query --output text --region' ] && [ "\${10}" = "$REGION" ] && [ $# = 10 ] ||
      { echo "describe-stacks: $*" >&2; exit 1; }
    key=$(printf %s "$6" |
      sed -n "s/^Stacks\\[0\\]\\.Outputs\\[?OutputKey=='\\([A-Za-z0-9]*\\)'\\]\\.OutputValue$/\\1/p")
    cat "$OUTPUTS/$4/$key"; echo ;;
  *) echo "not known: $*" >&2; exit 1 ;;
esac
`;

/** What is in the account. */
export interface Account {
  readonly region: string;
  readonly buckets: string[];
  /** Of the deployed stacks, by stack and name. */
  readonly outputs: Record<string, Record<string, string>>;
}

/**
 * Runs commands in a folder and says what the buckets hold afterwards, by `<bucket>/<key>`.
 *
 * @throws when one fails
 */
export function runAws(commands: string, cwd: string, account: Account): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'aws-'));
  try {
    return run(home, commands, cwd, account);
  } finally {
    rmSync(home, { recursive: true });
  }
}

function run(
  home: string,
  commands: string,
  cwd: string,
  { region, buckets, outputs }: Account,
): Record<string, string> {
  const write = (path: string[], text: string) => {
    mkdirSync(join(home, ...path.slice(0, -1)), { recursive: true });
    writeFileSync(join(home, ...path), text, { mode: 0o755 });
  };
  write(['bin', 'aws'], AWS);
  for (const bucket of buckets) mkdirSync(join(home, 'buckets', bucket), { recursive: true });
  for (const [stack, values] of Object.entries(outputs)) {
    for (const [name, value] of Object.entries(values)) write(['outputs', stack, name], value);
  }

  const { status, stderr } = spawnSync('sh', ['-e', '-c', commands], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}`,
      BUCKETS: join(home, 'buckets'),
      OUTPUTS: join(home, 'outputs'),
      REGION: region,
    },
  });
  if (status !== 0 || stderr !== '') throw new Error(`${commands}\n${stderr}`);
  return filesIn(join(home, 'buckets'));
}

/** The text of every file in a folder, by its path in it. */
export function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.sort().map(file => [file.slice(folder.length + 1).replace(/\\/g, '/'), readFileSync(file, 'utf8')]),
  );
}
