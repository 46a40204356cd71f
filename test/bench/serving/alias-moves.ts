import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from '../../harness/processes';
import { Load, secondsToFirstAnswer } from '../../services/support/load';
import { logVersion, plus, setAlias } from '../../services/support/logged-models';
import { startRegistry } from '../../services/support/registry';
import { startService } from '../../services/support/service';

const name = 'watched';
const perSecond = 100;

/** Seconds from the order to move an alias to the first answer of its version, for each move, under a light load. */
export async function aliasMoves(bundle: string, moves: number): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-alias-'));
  const registry = await startRegistry();
  try {
    for (const k of ['one', 'two'] as const) await logVersion(registry, name, plus(k));
    await setAlias(registry, name, 'champion', '1');
    const service = await startService(bundle, 'model-server', {
      MODEL_URI: `models:/${name}@champion`,
      MLFLOW_TRACKING_URI: registry.url,
      CACHE_DIR: folder,
      LISTEN_ON_8081: String(await freePort()),
    });
    try {
      await eventually(async () => {
        const { status, body } = await service.get('/readyz');
        if (status !== 200) throw new Error(body);
      }, 60_000);
      const load = new Load({ ports: [Number(new URL(service.url).port)], model: name, connections: 4 });
      const pacing = load.pace(perSecond);
      const seconds: number[] = [];
      for (let move = 0; move < moves; move++) {
        // Not in step with the server's looks at the alias.
        await new Promise((resolve) => setTimeout(resolve, 2000 * Math.random()));
        const version = move % 2 === 0 ? '2' : '1';
        seconds.push(await secondsToFirstAnswer(load, version, () => setAlias(registry, name, 'champion', version)));
      }
      load.end();
      await pacing;
      load.close();
      if (load.problems.length > 0) throw new Error(`requests failed: ${load.problems.slice(0, 3).join('; ')}`);
      return seconds;
    } finally {
      await service.stop('SIGKILL');
    }
  } finally {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
