import { sql } from 'kysely';
import { type Page, type Paging, pageOf } from '../protocol/pages';
import type { Db } from '../tables';
import type { Role } from './principal';
import type { AccessToken, NewToken, TokenStore } from './store';

/** How exact `lastUsedAt` is: a token in use would otherwise be a write with each request. */
const lastUsedMs = 60_000;

interface Row {
  token_id: string;
  name: string;
  role: Role;
  models: string[] | null;
  created_by: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

const columns = sql`token_id, name, role, models, created_by, created_at, expires_at, last_used_at`;

export class PostgresTokens implements TokenStore {
  constructor(private readonly db: Db) {}

  async create({ name, role, models, createdBy, expiresAt }: NewToken, digest: Buffer): Promise<AccessToken> {
    const { rows } = await sql<Row>`
      insert into access_tokens (digest, name, role, models, created_by, created_at, expires_at)
      values (${digest}, ${name}, ${role}, ${models ?? null}, ${createdBy}, ${Date.now()}, ${expiresAt ?? null})
      returning ${columns}`.execute(this.db);
    return toToken(rows[0] as Row);
  }

  async list(paging: Paging): Promise<Page<AccessToken>> {
    const { rows } = await sql<Row>`
      select ${columns} from access_tokens order by created_at desc, token_id
      offset ${paging.offset} limit ${paging.limit + 1}`.execute(this.db);
    return pageOf(rows.map(toToken), paging);
  }

  async revoke(id: string): Promise<AccessToken | undefined> {
    const { rows } = await sql<Row>`
      delete from access_tokens where token_id = ${id} returning ${columns}`.execute(this.db);
    return rows[0] && toToken(rows[0]);
  }

  async use(digest: Buffer): Promise<AccessToken | undefined> {
    const now = Date.now();
    const { rows } = await sql<Row>`
      with used as (
        update access_tokens set last_used_at = ${now}
        where digest = ${digest} and coalesce(last_used_at, 0) < ${now - lastUsedMs})
      select ${columns} from access_tokens
      where digest = ${digest} and coalesce(expires_at, ${Number.MAX_SAFE_INTEGER}) > ${now}`.execute(this.db);
    return rows[0] && toToken(rows[0]);
  }
}

const numberOf = (value: string | null) => (value === null ? undefined : Number(value));

const toToken = (row: Row): AccessToken => ({
  id: row.token_id,
  name: row.name,
  role: row.role,
  models: row.models ?? undefined,
  createdBy: row.created_by,
  createdAt: Number(row.created_at),
  expiresAt: numberOf(row.expires_at),
  lastUsedAt: numberOf(row.last_used_at),
});
