import { type Kysely, sql } from 'kysely'

// Organisations that send their people (contract units, clinics, insurers …). Contacts, members and agreements hang on them; ordering,
// visits and opportunities will, too.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table group_customer (
  id int generated always as identity primary key,
  -- Null: served by all sites.
  site_id int references site,
  -- The number that the hospital gave it.
  code text not null,
  name text not null,
  search_name text not null,
  pinyin text not null,
  initials text not null,
  kind text not null default 'contract-unit' check (kind in ('contract-unit', 'employer', 'insurer', 'bank', 'government', 'school',
    'community-station', 'alliance-hospital', 'dialysis-clinic', 'supplier', 'other')),
  -- The chain or the authority that it belongs to.
  parent_id int references group_customer,
  status text not null default 'active' check (status in ('prospect', 'active', 'dormant', 'ended')),
  level text check (level in ('key', 'regular', 'potential')),
  -- Unified social credit identifier (GB 32100) or 統一編號.
  tax_id text,
  industry text,
  headcount int check (headcount >= 0),
  phone text,
  address text,
  district text,
  city text,
  province text,
  -- Who looks after it.
  owner_staff_id int references staff,
  note text,
  source text not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (parent_id <> id)
);
create unique index group_customer_code on group_customer (site_id, code) nulls not distinct;
create index group_customer_search on group_customer using gin ((search_name || ' ' || pinyin || ' ' || initials || ' ' || lower(code)) gin_trgm_ops);
create index group_customer_name on group_customer (search_name);
create index group_customer_parent on group_customer (parent_id) where parent_id is not null;

create table group_contact (
  id int generated always as identity primary key,
  group_id int not null references group_customer on delete cascade,
  name text not null,
  title text,
  -- Who decides, who pays, who organises.
  role text not null default 'liaison' check (role in ('decision-maker', 'liaison', 'finance', 'influencer', 'other')),
  phone text,
  email text,
  main boolean not null default false,
  active boolean not null default true,
  note text,
  source text not null,
  version int not null default 1,
  updated_at timestamptz not null default now()
);
create index group_contact_group on group_contact (group_id);
create unique index group_contact_main on group_contact (group_id) where main and active;

create table group_agreement (
  id int generated always as identity primary key,
  group_id int not null references group_customer on delete cascade,
  number text not null,
  title text,
  status text not null default 'active' check (status in ('draft', 'active', 'suspended', 'ended')),
  valid_from date,
  valid_until date,
  -- How it is paid: by the person, in advance, or on account per month, quarter or visit.
  payment text check (payment in ('self-paid', 'prepaid', 'per-visit', 'monthly', 'quarterly', 'yearly')),
  -- Per cent off the list price.
  discount_percent numeric(5, 2) check (discount_percent between 0 and 100),
  credit_limit numeric(14, 2) check (credit_limit >= 0),
  currency text not null default 'CNY',
  -- Kinds of service that it covers.
  services text[] not null default '{}',
  terms text,
  -- Where the signed paper is kept.
  document text,
  signed_on date,
  source text not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (group_id, number),
  check (valid_until >= valid_from)
);
create index group_agreement_until on group_agreement (valid_until) where status = 'active';

create table group_member (
  id bigint generated always as identity primary key,
  group_id int not null references group_customer on delete cascade,
  person_id bigint not null references person,
  role text not null default 'employee' check (role in ('employee', 'retiree', 'dependant', 'patient', 'student', 'insured', 'other')),
  -- The number and the place of the person there.
  employee_number text,
  department text,
  title text,
  since date,
  until date,
  note text,
  source text not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (until >= since)
);
create index group_member_group on group_member (group_id, id);
create index group_member_person on group_member (person_id);
select follow_survivor('group_member');
-- A record is a member of a group once at a time; two records of one person may both be.
create unique index group_member_once on group_member (group_id, (coalesce(subject_id, person_id))) where until is null;
`,
    )
    .execute(db)
}
