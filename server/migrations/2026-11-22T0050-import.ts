import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- One uploaded table. 'checking', 'importing' and 'undoing' are worked on by the import loop, batch by batch.
create table import (
  id int generated always as identity primary key,
  kind text not null check (kind in ('persons', 'encounters')),
  site_id int not null references site,
  file_name text not null,
  bytes bigint not null default 0,
  -- SHA-256 of the file.
  hash text,
  encoding text not null default 'utf-8' check (encoding in ('utf-8', 'gb18030', 'big5', 'xlsx')),
  delimiter text not null default ',',
  columns text[] not null default '{}',
  sample jsonb not null default '[]',
  mapping jsonb not null default '{}',
  remembered boolean not null default false,
  status text not null default 'uploading' check (status in
    ('uploading', 'uploaded', 'checking', 'checked', 'importing', 'imported', 'cancelled', 'undoing', 'undone', 'failed')),
  reason text,
  rows int,
  done int not null default 0,
  batches int not null default 0,
  created int not null default 0,
  updated int not null default 0,
  unchanged int not null default 0,
  failed int not null default 0,
  kept int not null default 0,
  created_by text not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index import_hash on import (hash) where hash is not null;
create index import_running on import (id) where status in ('checking', 'importing', 'undoing');

-- In the database, because any process may go on with the work.
create table import_chunk (
  import_id int not null references import on delete cascade,
  number int not null,
  bytes bytea not null,
  primary key (import_id, number)
);

create table import_error (
  import_id int not null references import on delete cascade,
  id bigint generated always as identity,
  row int not null,
  field text,
  value text,
  problem text not null,
  detail text,
  primary key (import_id, id)
);

-- What a batch did to a person or a visit; before is null when it made them.
create table import_effect (
  import_id int not null references import on delete cascade,
  batch int not null,
  target text not null check (target in ('person', 'encounter')),
  target_id bigint not null,
  before jsonb,
  after jsonb not null,
  primary key (import_id, batch, target, target_id)
);

-- What the columns of a file of this shape meant last time.
create table import_shape (
  kind text not null,
  shape text not null,
  mapping jsonb not null,
  updated_by text not null,
  updated_at timestamptz not null default now(),
  primary key (kind, shape)
);
`,
    )
    .execute(db)
}
