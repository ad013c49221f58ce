import { type Kysely, sql } from 'kysely'

// How a table is read: UTF-16, the row with the names of the columns, and the order of day and month.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table import drop constraint import_encoding_check;
alter table import add check (encoding in ('utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'xlsx'));
-- Numbered as in a spreadsheet.
alter table import add header_row int not null default 1;
-- The first rows of the file, to choose it from: [{"row": 1, "cells": ["…"]}].
alter table import add head jsonb not null default '[]';
-- Chosen for the file; else what the values of each column show, by the sign between the parts: {"3": {"/": "dmy"}}.
alter table import add date_order text check (date_order in ('dmy', 'mdy'));
alter table import add date_orders jsonb not null default '{}';
`,
    )
    .execute(db)
}
