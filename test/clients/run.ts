import type { PostgresConfig } from '../../services/kit/postgres';
import { startPostgres } from '../harness/postgres';
import { findS3Server, s3Skipped } from '../harness/s3';
import { startMlflow } from './mlflow-server';
import { startBundled, startWithFiles } from './registry';
import { judgeServing } from './serving';
import { callsThat, Results, runSuite } from './suites';
import { clients, preparePython } from './venv';

type Postgres = Awaited<ReturnType<typeof startPostgres>>;

const suites: Readonly<Record<string, (results: Results, postgres: Postgres) => Promise<void>>> = {
  registry: judgeRegistry,
  serving: async (results, postgres) => judgeServing(results, await postgres.createDatabase('serving')),
};

/**
 * Judges that nobody here wrote: the real MLflow clients in two versions against our registry, then the same requests to it and to
 * the real MLflow server; the clients of model servers against ours. `npm run test:clients -- serving` runs one of the two. The last
 * line is `N passed, N failed, N skipped`.
 */
export async function main(): Promise<void> {
  const results = new Results();
  const [only] = process.argv.slice(2);
  const postgres = await startPostgres();
  try {
    for (const [name, judge] of Object.entries(suites))
      if (only === undefined || only === name) await judge(results, postgres);
  } finally {
    await postgres.stop();
  }
  results.end();
}

async function judgeRegistry(results: Results, postgres: Postgres): Promise<void> {
  const newer = preparePython(clients[3]);
  if ('missing' in newer) return results.skip('the clients and the comparison with the real server', newer.missing);
  const older = preparePython(clients[2]);
  await judgeByClients(results, await postgres.createDatabase('registry'), {
    'the client of mlflow 3': newer,
    'the client of mlflow 2': older,
  });
  const [ours, theirs] = [await postgres.createDatabase('ours'), await postgres.createDatabase('mlflow')];
  await compareWithServer(results, newer.python, ours, theirs);
}

async function judgeByClients(
  results: Results,
  database: PostgresConfig,
  pythons: Record<string, ReturnType<typeof preparePython>>,
): Promise<void> {
  if (!findS3Server()) console.log(`artifacts go to files, the registry runs from source: ${s3Skipped}`);
  const registry = await (findS3Server() ? startBundled : startWithFiles)(database);
  try {
    const env = { MLFLOW_TRACKING_URI: registry.url, MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true' };
    const suites = Object.entries(pythons).map(async ([title, prepared]) => {
      if ('missing' in prepared) results.skip(title, prepared.missing);
      else await runSuite(results, { title, python: prepared.python, script: 'mlflow_suite.py', env });
    });
    await Promise.all(suites);
    results.check('every route that the clients called is ours', callsThat(registry, 'no such route'));
    results.check('no request failed inside the registry', callsThat(registry, 'request failed', 'request refused'));
  } finally {
    await registry.stop();
  }
}

async function compareWithServer(
  results: Results,
  python: string,
  ours: PostgresConfig,
  theirs: PostgresConfig,
): Promise<void> {
  const registry = await startWithFiles(ours);
  try {
    const mlflow = await startMlflow(python, theirs);
    try {
      const args = [registry.url, mlflow.url];
      const title = 'ours and the real MLflow server';
      await runSuite(results, { title, python, script: 'differential/main.py', args });
      results.check('no request of the comparison failed inside the registry', callsThat(registry, 'request failed'));
    } finally {
      await mlflow.stop();
    }
  } finally {
    await registry.stop();
  }
}
