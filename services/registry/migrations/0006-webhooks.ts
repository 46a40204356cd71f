import { type Kysely, type Migration, sql } from 'kysely';

/**
 * Webhooks and the queue of what is to be sent to them. Triggers fill the queue: an event is there when, and only when, the
 * change that it tells of is there, whoever made it.
 */
export const webhooks: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [...tables, ...functions, ...triggers]) await sql.raw(statement).execute(db);
  },
};

const tables = [
  // secret is sealed by the process, whose key the database does not know
  `create table webhooks (
    webhook_id uuid primary key,
    name text not null,
    description text,
    url text not null,
    events text[] not null check (cardinality(events) > 0),
    status text not null check (status in ('ACTIVE', 'DISABLED')),
    secret bytea,
    creation_time bigint not null,
    last_updated_time bigint not null
  )`,
  'create index webhooks_newest on webhooks (creation_time desc, webhook_id)',
  // Deliveries of one subject go out one after the other. number counts what was queued, id is what receivers see.
  `create table webhook_deliveries (
    number bigint generated always as identity primary key,
    id uuid not null unique default gen_random_uuid(),
    webhook_id uuid not null references webhooks on delete cascade,
    event text not null,
    subject bigint not null,
    data json not null,
    raised_at bigint not null,
    attempts integer not null default 0,
    due_at bigint not null,
    leased_until bigint not null default 0,
    dead boolean not null default false,
    problem text
  )`,
  'create index webhook_deliveries_due on webhook_deliveries (due_at) where not dead',
  'create index webhook_deliveries_of_subject on webhook_deliveries (webhook_id, subject, number) where not dead',
  'create index webhook_deliveries_of_webhook on webhook_deliveries (webhook_id, number)',
];

const functions = [
  `create function raise_webhook_event(event text, subject bigint, data json) returns void language sql as $$
    insert into webhook_deliveries (webhook_id, event, subject, data, raised_at, due_at)
    select w.webhook_id, event, subject, data, clock.now, clock.now
    from webhooks w, (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now) clock
    where w.status = 'ACTIVE' and w.events @> array[event] order by w.webhook_id
  $$`,
  `create function is_prompt(model bigint) returns boolean language sql stable as $$
    select exists (select from registered_model_tags t
      where t.model_id = model and t.key = 'mlflow.prompt.is_prompt' and lower(t.value) = 'true')
  $$`,
  // Tags of a new model are written by the same statement: the trigger runs at its end and sees them.
  `create function raise_model_created() returns trigger language plpgsql as $$
    declare
      prompt boolean := is_prompt(new.model_id);
      tags json;
    begin
      if not exists (select from webhooks where status = 'ACTIVE') then return null; end if;
      select coalesce(json_object_agg(t.key, t.value order by t.key), '{}') into tags from registered_model_tags t
        where t.model_id = new.model_id
          and not (prompt and t.key in ('mlflow.prompt.is_prompt', '_mlflow_prompt_type'));
      perform raise_webhook_event(case when prompt then 'prompt' else 'registered_model' end || '.created', new.model_id,
        json_build_object('name', new.name, 'tags', tags, 'description', coalesce(new.description, '')));
      return null;
    end
  $$`,
  `create function raise_version_created() returns trigger language plpgsql as $$
    declare
      prompt boolean;
      model text;
      tags json;
      template text;
    begin
      if not exists (select from webhooks where status = 'ACTIVE') then return null; end if;
      select name into model from registered_models where model_id = new.model_id;
      prompt := exists (select from model_version_tags t where t.model_id = new.model_id and t.version = new.version
        and t.key = 'mlflow.prompt.is_prompt' and lower(t.value) = 'true');
      select coalesce(json_object_agg(t.key, t.value order by t.key)
          filter (where not (prompt and t.key in ('mlflow.prompt.is_prompt', '_mlflow_prompt_type', 'mlflow.prompt.text'))), '{}'),
        max(t.value) filter (where t.key = 'mlflow.prompt.text')
        into tags, template from model_version_tags t where t.model_id = new.model_id and t.version = new.version;
      if prompt then
        perform raise_webhook_event('prompt_version.created', new.model_id, json_build_object('name', model,
          'version', new.version::text, 'template', template, 'tags', tags, 'description', nullif(new.description, '')));
      else
        perform raise_webhook_event('model_version.created', new.model_id, json_build_object('name', model,
          'version', new.version::text, 'source', new.source, 'run_id', nullif(new.run_id, ''), 'tags', tags,
          'description', nullif(new.description, '')));
      end if;
      return null;
    end
  $$`,
  // What comes with a new model or version is told with it; what goes with a deleted one is not told.
  `create function raise_model_tag() returns trigger language plpgsql as $$
    declare
      tag registered_model_tags := case tg_op when 'DELETE' then old else new end;
      model text;
    begin
      if not exists (select from webhooks where status = 'ACTIVE') then return null; end if;
      select name into model from registered_models
        where model_id = tag.model_id and (tg_op = 'DELETE' or xmin <> pg_current_xact_id()::xid);
      if model is null or not is_prompt(tag.model_id) then return null; end if;
      if tg_op = 'DELETE' then
        perform raise_webhook_event('prompt_tag.deleted', tag.model_id, json_build_object('name', model, 'key', tag.key));
      else
        perform raise_webhook_event('prompt_tag.set', tag.model_id,
          json_build_object('name', model, 'key', tag.key, 'value', tag.value));
      end if;
      return null;
    end
  $$`,
  `create function raise_version_tag() returns trigger language plpgsql as $$
    declare
      tag model_version_tags := case tg_op when 'DELETE' then old else new end;
      model text;
      event text;
    begin
      if not exists (select from webhooks where status = 'ACTIVE') then return null; end if;
      select m.name into model from registered_models m join model_versions v using (model_id)
        where v.model_id = tag.model_id and v.version = tag.version
          and (tg_op = 'DELETE' or v.xmin <> pg_current_xact_id()::xid);
      if model is null then return null; end if;
      event := case when is_prompt(tag.model_id) then 'prompt_version_tag' else 'model_version_tag' end;
      if tg_op = 'DELETE' then
        perform raise_webhook_event(event || '.deleted', tag.model_id,
          json_build_object('name', model, 'version', tag.version::text, 'key', tag.key));
      else
        perform raise_webhook_event(event || '.set', tag.model_id,
          json_build_object('name', model, 'version', tag.version::text, 'key', tag.key, 'value', tag.value));
      end if;
      return null;
    end
  $$`,
  `create function raise_alias() returns trigger language plpgsql as $$
    declare
      moved registered_model_aliases := case tg_op when 'DELETE' then old else new end;
      model text;
      event text;
    begin
      if not exists (select from webhooks where status = 'ACTIVE') then return null; end if;
      select name into model from registered_models where model_id = moved.model_id;
      if model is null then return null; end if;
      event := case when is_prompt(moved.model_id) then 'prompt_alias' else 'model_version_alias' end;
      if tg_op = 'DELETE' then
        perform raise_webhook_event(event || '.deleted', moved.model_id,
          json_build_object('name', model, 'alias', moved.alias));
      else
        perform raise_webhook_event(event || '.created', moved.model_id,
          json_build_object('name', model, 'alias', moved.alias, 'version', moved.version::text));
      end if;
      return null;
    end
  $$`,
];

const onChange = (table: string, raise: string, changes = 'insert or update or delete') =>
  `create trigger webhook_events after ${changes} on ${table} for each row execute function ${raise}()`;

const triggers = [
  onChange('registered_models', 'raise_model_created', 'insert'),
  onChange('model_versions', 'raise_version_created', 'insert'),
  onChange('registered_model_tags', 'raise_model_tag'),
  onChange('model_version_tags', 'raise_version_tag'),
  onChange('registered_model_aliases', 'raise_alias'),
];
