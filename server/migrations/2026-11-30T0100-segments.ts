import { type Kysely, sql } from 'kysely'

// Rules are counted live while somebody edits them: what they ask most stands in one row, and lists and days are kept beside the rule.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table person_facts
  add column sex text, add column birth_date date, add column language text,
  -- Whom rules count: a surviving record of somebody alive.
  add column counted boolean not null default false;
update person_facts f set sex = p.sex, birth_date = p.birth_date, language = p.language,
  counted = p.survivor_id is null and not p.deceased
    and not exists (select 1 from person member where member.survivor_id = p.id and member.deceased)
from person p where p.id = f.person_id;

-- What most rules ask stands in the indexes themselves: by department and how long somebody has been away (from PostgreSQL 18 also without
-- the department), by age, by the first visit, by the last discharge. Figures: bench/segments.ts.
create index person_facts_asked on person_facts (last_department_id, last_visit_at)
  include (person_id, site_id, sex, birth_date, district, visits, stays, visits_in_year, stays_in_year, charges_in_year, in_hospital, first_visit_at,
    last_discharge_at, next_visit_at) where counted;
create index person_facts_birth on person_facts (birth_date)
  include (sex, last_visit_at, visits_in_year, stays_in_year, charges_in_year, site_id, last_department_id) where counted;
create index person_facts_first on person_facts (first_visit_at) include (visits, site_id) where counted;
drop index person_facts_discharge;
create index person_facts_discharge on person_facts (last_discharge_at, person_id) include (birth_date, sex, site_id, last_department_id, counted)
  where last_discharge_at is not null;
-- Events of a window, for everybody at once.
create index event_asked on event (kind, at) include (person_id) where not (data ? 'superseded');
create index encounter_asked on encounter (department_id, starts_at) include (person_id, class, site_id) where status <> 'cancelled';

alter table segment alter column rule drop not null,
  -- A list's members were set by hand, from a file, from another segment or by likeness; nobody comes or goes by itself.
  add column kind text not null default 'rule' check (kind in ('rule', 'list')),
  add column made_by text check (made_by in ('hand', 'file', 'frozen', 'alike')),
  -- Members are kept, and come and go as events; off for those that came with the product until somebody wants them.
  add column active boolean not null default true,
  -- Of a list: the segment that it was made from.
  add column made_from int references segment on delete set null,
  -- Of a list: whether money or value chose its members, and what its maker had to be allowed. Of a rule: read from the rule.
  add column worth boolean not null default false,
  add column needs text[] not null default '{}',
  add constraint segment_rule check ((kind = 'rule') = (rule is not null)),
  add constraint segment_made check ((kind = 'list') = (made_by is not null));

-- Members at the end of each day, by site, as the last count of the day had them. Site 0: none known.
create table segment_day (
  segment_id int not null references segment on delete cascade,
  day date not null,
  site_id int not null,
  members int not null,
  primary key (segment_id, day, site_id)
);
`,
    )
    .execute(db)
}
