import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Outside of the checkout: it is large, the same for every checkout, and no dependency of anything that is released. */
const folder = process.env.MLOPS_AWS_SDK ?? join(homedir(), '.cache/mlops-constructs/aws-sdk');
const pinned = join(__dirname, 'package.json');

/** AWS's own lists. */
export interface Sdk {
  /** An enum of a client: `values('eks', 'AMITypes')`. */
  readonly values: (client: string, name: string) => readonly string[];
  /** The type declarations of a client's requests, whose comments hold the lists that are no enums. */
  readonly declarations: (client: string) => string;
  /** Regions of the partition `aws`. */
  readonly regions: () => readonly string[];
}

/** The pinned clients, or in words why there are none. */
export function prepareSdk(): Sdk | { readonly missing: string } {
  const copy = join(folder, 'package.json');
  const wanted = readFileSync(pinned, 'utf8');
  const installed = join(folder, 'installed.json');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(pinned, copy);
    console.log(`installing the clients of test/aws-sdk/package.json into ${folder}, once`);
    const { status } = spawnSync(
      'npm',
      [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--no-package-lock',
        '--loglevel=error',
        '--fetch-retries=1',
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    if (status !== 0) return { missing: 'npm cannot install the AWS SDK; what it says stands above' };
    copyFileSync(pinned, installed);
  }
  return new InstalledSdk();
}

class InstalledSdk implements Sdk {
  private readonly load = createRequire(join(folder, 'package.json'));

  values(client: string, name: string): readonly string[] {
    const found = this.load(`@aws-sdk/client-${client}`)[name];
    if (!found) throw new Error(`@aws-sdk/client-${client} has no ${name}`);
    return Object.values(found);
  }

  declarations(client: string): string {
    return this.read(`client-${client}/dist-types/models/models_0.d.ts`);
  }

  regions(): readonly string[] {
    const text = this.read('core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js');
    const { partitions } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    const { regions } = partitions.find(({ id }: { id: string }) => id === 'aws');
    return Object.keys(regions).filter((name) => !name.endsWith('-global'));
  }

  private read(path: string): string {
    return readFileSync(join(folder, 'node_modules/@aws-sdk', path), 'utf8');
  }
}
