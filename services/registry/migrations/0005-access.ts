import { type Kysely, type Migration, sql } from 'kysely';

/** Tokens of callers. Of the secret only its digest is kept. */
export const access: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table access_tokens (
      token_id uuid primary key default gen_random_uuid(),
      digest bytea not null unique check (length(digest) = 32),
      name text not null,
      role text not null check (role in ('read', 'write', 'admin')),
      models text[],
      created_by text not null,
      created_at bigint not null,
      expires_at bigint,
      last_used_at bigint,
      check (role <> 'admin' or models is null)
    )`.execute(db);
    await sql`create index access_tokens_newest on access_tokens (created_at desc, token_id)`.execute(db);
  },
};
