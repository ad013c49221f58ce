import { type Kysely, sql } from 'kysely'

// How likely it is that somebody does not come: it may bring more reminders and a place above the limit, and refuses nobody.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table no_show_model (
  site_id int not null references site,
  trained_at timestamptz not null default now(),
  -- Fitted to all past appointments; see server/modules/appointment/no-show/model.ts.
  model jsonb not null,
  -- Of a model of the earlier three quarters, on the last one, with the 95 % interval.
  auc double precision not null,
  auc_low double precision not null,
  auc_high double precision not null,
  -- Null: there is none, see metrics.ts.
  calibration_slope double precision,
  brier double precision not null,
  -- Past appointments, and those of them to which nobody came.
  n int not null,
  positives int not null check (positives between 1 and n),
  primary key (site_id, trained_at)
);
alter table appointment
  -- Probability of not coming, as of last night; null: not known.
  add no_show_risk real check (no_show_risk between 0 and 1),
  -- What moves it most: [{feature, value, contribution}], contribution in log odds.
  add no_show_drivers jsonb;
`,
    )
    .execute(db)
}
