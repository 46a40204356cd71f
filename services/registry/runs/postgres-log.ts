import { sql, type Transaction } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import { badRequest, invalid, notActive, notFound } from '../protocol/errors';
import type { Db, LifecycleStage, Tables } from '../tables';
import { writeBatch } from './batch';
import { noRun } from './id';
import { writeDatasets, writeModelInputs, writeModelOutputs } from './inputs';
import { modelHistoryTag } from './model-history';
import { activeRun } from './rows';
import type { Batch, DatasetInput, ModelOutput, RunLog } from './store';

export class PostgresRunLog implements RunLog {
  constructor(private readonly db: Db) {}

  async logBatch(id: string, batch: Batch): Promise<void> {
    await this.write(id, batch, (changed) => {
      const said = changed.map((p) => `{'key': '${p.key}', 'old_value': '${p.old}', 'new_value': '${p.value}'}`);
      return `Params were already logged='[${said.join(', ')}]' for run ID='${id}'.`;
    });
  }

  async logParam(id: string, param: KeyValue): Promise<void> {
    await this.write(
      id,
      { metrics: [], params: [param], tags: [] },
      ([changed]) =>
        `Param with key='${param.key}' was already logged with value='${changed?.old}' for run ID='${id}'. ` +
        `Attempted logging new value '${param.value}'.`,
    );
  }

  deleteTag(id: string, key: string): Promise<void> {
    return this.inActive(id, async (tx) => {
      const gone = tx.deleteFrom('tags').where('run_id', '=', id).where('key', '=', key).returning('key');
      if ((await gone.execute()).length === 0) throw notFound(`No tag with name: ${key} in run with id ${id}`);
    });
  }

  logInputs(id: string, datasets: readonly DatasetInput[], modelIds: readonly string[]): Promise<void> {
    return this.inActive(id, async (tx, experimentId) => {
      if (datasets.length > 0) await writeDatasets(tx, id, experimentId, datasets);
      if (modelIds.length > 0) await writeModelInputs(tx, id, modelIds);
    });
  }

  logOutputs(id: string, models: readonly ModelOutput[]): Promise<void> {
    return this.inActive(id, async (tx) => {
      if (await writeModelOutputs(tx, id, models)) return;
      const ids = models.map(({ modelId }) => `'${modelId}'`).join(', ');
      throw badRequest(`Run ${id} has one of the models ${ids} among its outputs already`);
    });
  }

  recordModel(id: string, model: object): Promise<void> {
    return this.inActive(id, async (tx) => {
      // The list grows within the statement, so that of two models that are logged at once none is lost.
      await sql`
        insert into tags as t (run_id, key, value)
        values (${id}, ${modelHistoryTag}, ${JSON.stringify([model])})
        on conflict (run_id, key) do update set value = ((t.value::jsonb || excluded.value::jsonb)::text)`.execute(tx);
    });
  }

  /** A param never changes, and a model whose metrics come is there. */
  private async write(id: string, batch: Batch, say: (changed: ChangedParam[]) => string): Promise<void> {
    const { stage, taken, unknownModels } = await writeBatch(this.db, id, batch);
    checkStage(id, stage);
    const [unknown] = unknownModels;
    if (unknown !== undefined) throw badRequest(`Metrics of the logged model '${unknown}', which is not there`);
    const changed = batch.params.flatMap((param) => {
      const old = taken.find(({ key }) => key === param.key)?.value;
      return old === undefined ? [] : [{ ...param, old }];
    });
    if (changed.length > 0) throw invalid(`Changing param values is not allowed. ${say(changed)}`);
  }

  private inActive(id: string, work: (tx: Transaction<Tables>, experimentId: string) => Promise<void>): Promise<void> {
    return this.db.transaction().execute(async (tx) => {
      const { experimentId } = await activeRun(tx, id);
      await work(tx, experimentId);
    });
  }
}

type ChangedParam = KeyValue & { readonly old: string };

function checkStage(id: string, stage: LifecycleStage | undefined): void {
  if (stage === undefined) throw noRun(id);
  if (stage !== 'active') throw notActive('run', id, stage);
}
