import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from './support/app.ts'
import { createTestDatabase } from './support/database.ts'

/** Tables that would be spread over machines, and by which column: those of a person lie together. */
const byPerson: Record<string, string> = {
  person: 'id',
  ...Object.fromEntries(
    [
      ...['clinical_fact', 'condition', 'dispute', 'encounter', 'enrollment', 'enrollment_step', 'event'],
      ...[
        'fhir_resource',
        'group_member',
        'guidance_given',
        'hand_over_task',
        'launch',
        'match_todo',
        'message',
      ],
      ...[
        'consent',
        'contact_hours',
        'opt_out',
        'campaign_member',
        'segment_day',
        'segment_member',
        'task_contact',
        'outbound_attempt',
        'outbound_message',
        'person_address',
        'person_facts',
        'person_name',
        'person_number_claim',
      ],
      ...['person_relationship', 'person_telecom', 'red_flag', 'questionnaire_link', 'questionnaire_photo'],
      ...[
        'questionnaire_response',
        'return_visit_instruction',
        'return_visit_instruction_history',
        'spot_check',
      ],
      ...[
        'spot_check_candidate',
        'task',
        'task_attempt',
        'task_contact',
        'task_evidence',
        'visit_record',
        'visit_stop',
        'visit_take',
        'appointment',
        'slot_offer',
        'waitlist_entry',
        'voice_call',
        'portal_proof',
        'portal_proxy',
        'report_release',
        'report_seen',
      ],
    ].map((table) => [table, 'person_id']),
  ),
}
/** Found by what they hold, before the person is known: spread by that, without a foreign key to the person. */
const byValue: Record<string, string> = { person_identifier: 'value' }
const distributed = { ...byPerson, ...byValue }
/** Copied to every machine. */
const reference = [
  ...[
    'calendar_day',
    'department',
    'group_agreement',
    'group_contact',
    'group_customer',
    'guidance',
    'guidance_version',
  ],
  ...[
    'message_account',
    'voice_line',
    'voice_pause',
    'voice_prompt',
    'telephony_account',
    'clinic_session',
    'message_budget',
    'no_show_model',
    'resource',
    'schedule',
    'slot',
    'visit_type',
    'outbound_channel',
    'campaign',
    'campaign_approval',
    'pathway',
    'pathway_draft',
    'pathway_occasion',
    'segment',
    'segment_day',
    'pathway_version',
    'questionnaire',
    'questionnaire_draft',
  ],
  ...[
    'questionnaire_version',
    'rehearsal',
    'rehearsal_day',
    'setting',
    'setting_history',
    'site',
    'staff',
    'staff_absence',
    'template',
    'template_version',
  ],
  ...['visit_team', 'visit_team_member', 'visit_vehicle', 'visit_zone'],
]
/** On the coordinator alone. */
const local = [
  ...[
    'api_key',
    'app_account',
    'app_session',
    'app_two_factor',
    'app_user',
    'app_verification',
    'role_grant',
    'saved_view',
  ],
  ...[
    'audit_event',
    'audit_head',
    'daily_goal',
    'clock',
    'hand_over',
    'head_check',
    'hl7_profile',
    'inbound_key',
    'inbound_message',
  ],
  ...[
    'import',
    'import_chunk',
    'import_effect',
    'import_error',
    'import_shape',
    'match_model',
    'message_batch',
    'message_receipt',
    'message_seen',
    'match_pair',
    'match_run',
    'name_refold',
  ],
  ...['booking_code', 'booking_refusal', 'booking_session'],
  ...[
    'agent_line',
    'browser_line',
    'call',
    'call_command',
    'call_leg',
    'call_review',
    'call_review_draw',
    'telephony_delivery',
  ],
  // A case has no person as often as one, and its parts hang on it: like clocks they name persons without a foreign key.
  ...[
    'care_mark',
    'case_category',
    'case_consultation',
    'case_department',
    'case_encounter',
    'case_grant',
    'case_log',
    'case_measure',
    'case_staff',
    'improvement',
    'promise',
    'service_case',
  ],
  // Opened before anybody knows whose it is, and joined later: the person stands in it without a foreign key.
  ...['conversation', 'conversation_message', 'conversation_attachment', 'conversation_visitor'],
  ...['assistant_account', 'assistant_request'],
  ...['canned_reply', 'canned_reply_version', 'mailbox', 'mailbox_seen'],
  ...['knowledge_article', 'knowledge_version', 'knowledge_vote'],
  ...['person_merge', 'number_miss', 'sign_in_throttle', 'spot_check_draw', 'used_code', 'visit_plan'],
]

let app: TestApp
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
})
afterAll(() => app.close())

type Key = { table: string; name: string; columns: string[]; target: string | null; targets: string[] | null }

/** What Citus would refuse of the migrated schema, a line each; see docs/operations/scale.md. */
async function refusals(db: TestApp['db']): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string; columns: string[] }>`
    select c.relname as name, array(select attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname !~ '^kysely_' order by 1`.execute(db)
  const { rows: uniques } = await sql<Key>`
    select t.relname as table, i.relname as name, null as target, null as targets,
      array(select coalesce(a.attname::text, '(expression)') from unnest(x.indkey::int[]) k left join pg_attribute a on a.attrelid = t.oid and a.attnum = k) as columns
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
    where x.indisunique and t.relnamespace = 'public'::regnamespace and not t.relispartition order by 1, 2`.execute(
    db,
  )
  const { rows: foreign } = await sql<Key>`
    select c.conrelid::regclass::text as table, c.conname as name, c.confrelid::regclass::text as target,
      array(select attname::text from unnest(c.conkey) k join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k) as columns,
      array(select attname::text from unnest(c.confkey) k join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k) as targets
    from pg_constraint c where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.conparentid = 0 order by 1, 2`.execute(
    db,
  )
  const { rows: triggers } = await sql<{ table: string; name: string }>`
    select tgrelid::regclass::text as table, tgname as name from pg_trigger where not tgisinternal order by 1, 2`.execute(
    db,
  )
  const kind = (table: string) =>
    distributed[table]
      ? 'distributed'
      : reference.includes(table)
        ? 'reference'
        : local.includes(table)
          ? 'local'
          : undefined
  return [
    ...tables.filter(({ name }) => !kind(name)).map(({ name }) => `${name}: is in no list of this check`),
    ...tables.flatMap(({ name, columns }) => {
      const column = distributed[name]
      return column && !columns.includes(column) ? [`${name}: has no ${column}`] : []
    }),
    ...uniques.flatMap(({ table, name, columns }) => {
      const column = distributed[table]
      return column && !columns.includes(column) ? [`${table}: unique key ${name} lacks ${column}`] : []
    }),
    ...foreign.flatMap(({ table, name, columns, target, targets }) => {
      const [own, other] = [kind(table), kind(target ?? '')]
      const whole = `${table}: foreign key ${name}`
      if (own !== 'distributed')
        return other === 'distributed' ? [`${whole} leads from ${own ?? 'nowhere'} to ${target ?? ''}`] : []
      if (other === 'reference') return []
      if (other !== 'distributed') return [`${whole} leads to ${target ?? ''}, which is on the coordinator`]
      const column = byPerson[table]
      const at = columns.indexOf(column ?? '')
      const together = column !== undefined && at >= 0 && targets?.[at] === byPerson[target ?? '']
      return together ? [] : [`${whole} to ${target ?? ''} does not lead by person`]
    }),
    ...triggers
      .filter(({ table }) => distributed[table])
      .map(({ table, name }) => `${table}: trigger ${name}`),
  ]
}

const page = path.resolve(import.meta.dirname, '../docs/operations/scale.md')
const [begin, end] = ['<!-- what Citus would refuse -->\n', '<!-- end -->']

test('what Citus would refuse of the schema is what the page on scale says, and nothing more (UPDATE_DOCS=1 writes it)', async () => {
  const found = (await refusals(app.db)).map((line) => `- ${line}\n`).join('')
  const text = await readFile(page, 'utf8')
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  if (process.env.UPDATE_DOCS) await writeFile(page, `${text.slice(0, from)}\n${found}\n${text.slice(to)}`)
  else expect(text.slice(from, to).trim()).toBe(found.trim())
})

test('no statement changes the column by which a table is spread', async () => {
  const found = globSync('server/{modules,feeds,platform}/**/*.ts', {
    cwd: path.resolve(import.meta.dirname, '..'),
  })
    .filter((file) => !file.endsWith('.test.ts'))
    .map(async (file) => {
      const text = await readFile(path.resolve(import.meta.dirname, '..', file), 'utf8')
      return Object.entries(distributed)
        .filter(([table, column]) => changes(text, table, column))
        .map(([table, column]) => `${file}: ${table}.${column}`)
    })
  expect((await Promise.all(found)).flat()).toEqual(['server/feeds/fhir/store.ts: fhir_resource.person_id'])
})

function changes(text: string, table: string, column: string): boolean {
  const set = new RegExp(
    `(?:update\\s+${table}\\b(?:\\s+(?!set\\b)\\w+)?\\s+set|insert into ${table}\\b[^\`]*?do update set)\\s+([^\`]*?)(?:\\bwhere\\b|\\bfrom\\b|\\breturning\\b|\`)`,
    'gi',
  )
  return [...text.matchAll(set)].some(([, assigned = '']) =>
    new RegExp(`(?:^|,\\s*)${column}\\s*=`).test(assigned),
  )
}

test('the check finds a table, a key, a foreign key and a trigger that Citus would refuse, and a statement that moves a row', async () => {
  const known = await refusals(app.db)
  const work = app.db.transaction().execute(async (trx) => {
    await sql
      .raw(
        `create table stray (id int primary key);
        alter table person_telecom add constraint once unique (value);
        alter table person_telecom add column task_id bigint references task;
        create function nothing() returns trigger language plpgsql as 'begin return null; end';
        create trigger moves after insert on encounter for each row execute function nothing()`,
      )
      .execute(trx)
    const found = (await refusals(trx)).filter((line) => !known.includes(line))
    expect(found).toEqual([
      'stray: is in no list of this check',
      'person_telecom: unique key once lacks person_id',
      'person_telecom: foreign key person_telecom_task_id_fkey to task does not lead by person',
      'encounter: trigger moves',
    ])
    throw new Error('put it back')
  })
  await expect(work).rejects.toThrow('put it back')
  expect(changes('update task t set status = 1, person_id = 2 where id = 3`', 'task', 'person_id')).toBe(true)
  expect(changes('update task t set status = 1 where person_id = 2`', 'task', 'person_id')).toBe(false)
})
