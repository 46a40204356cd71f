import { type RawBuilder, sql } from 'kysely';
import { runPrepared } from '../../kit/prepared';
import { notFound } from '../protocol/errors';
import type { Db } from '../tables';
import { noAlias, noModel, noVersion } from './errors';
import { isLatest } from './names';
import { notDeleted, toVersion, type VersionRow, versionAliases, versionColumns } from './rows';
import type { AliasStore, ModelVersion } from './store';

type Found = VersionRow | { version: null; pointed: number | null };

export class PostgresAliases implements AliasStore {
  constructor(private readonly db: Db) {}

  set(name: string, alias: string, version: number): Promise<void> {
    return this.db.transaction().execute(async (tx) => {
      // The lock comes in a statement of its own: the next one then sees what its last holder wrote.
      await lockModel(tx, name);
      const now = Date.now();
      const { rows } = await sql`
        with target as (
          select v.model_id from model_versions v join registered_models m using (model_id)
          where m.name = ${name} and v.version = ${version} and ${notDeleted}),
        moved as (
          insert into registered_model_alias_history (model_id, alias, version, since, until)
          select a.model_id, a.alias, a.version, a.since, ${now} from registered_model_aliases a join target using (model_id)
          where a.alias = ${alias} and a.version <> ${version})
        insert into registered_model_aliases as a (model_id, alias, version, since)
        select model_id, ${alias}, ${version}, ${now} from target
        on conflict (model_id, alias) do update set version = excluded.version,
          since = case when a.version = excluded.version then a.since else excluded.since end
        returning a.alias`.execute(tx);
      if (rows.length === 0) throw noVersion(name, version);
    });
  }

  delete(name: string, alias: string): Promise<void> {
    return this.db.transaction().execute(async (tx) => {
      const id = await lockModel(tx, name);
      if (id === undefined) throw noModel(name);
      await forgetAliases(tx, sql`a.model_id = ${id} and a.alias = ${alias}`, Date.now());
    });
  }

  async get(name: string, alias: string): Promise<ModelVersion> {
    const pointed = isLatest(alias)
      ? sql`select max(v.version) as version from model_versions v where v.model_id = m.model_id and ${notDeleted}`
      : sql`select a.version from registered_model_aliases a where a.model_id = m.model_id and a.alias = ${alias}`;
    const found = sql<Found>`
      select ${versionColumns}, ${versionAliases}, p.version as pointed from registered_models m
      left join lateral (${pointed}) p on true
      left join model_versions v on v.model_id = m.model_id and v.version = p.version and ${notDeleted}
      where m.name = ${name}`;
    const [row] = await runPrepared(found, this.db);
    if (row === undefined) throw noModel(name);
    if (row.version !== null) return toVersion(row);
    throw isLatest(alias) ? notFound(`Latest version not found for model ${name}.`) : noAlias(alias);
  }
}

/** Makes the other writers of this model wait. `undefined`: there is none. */
export async function lockModel(tx: Db, name: string): Promise<string | undefined> {
  const { rows } = await sql<{ model_id: string }>`
    select model_id from registered_models where name = ${name} for no key update`.execute(tx);
  return rows[0]?.model_id;
}

/** Deletes aliases; the history keeps where they pointed. The caller holds the lock of the model. */
export async function forgetAliases(tx: Db, which: RawBuilder<unknown>, now: number): Promise<void> {
  await sql`
    with gone as (
      delete from registered_model_aliases a where ${which} returning a.model_id, a.alias, a.version, a.since)
    insert into registered_model_alias_history (model_id, alias, version, since, until)
    select model_id, alias, version, since, ${now} from gone`.execute(tx);
}
