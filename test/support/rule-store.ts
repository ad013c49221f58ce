import { sql } from 'kysely'
import { refreshActivity, refreshFacts } from '../../server/modules/person/facts.ts'
import { transaction } from '../../server/platform/db.ts'
import type { TestApp } from './app.ts'
import { departments, localDate, type Model, places, zones } from './rule-model.ts'

/** The database has pathways and questionnaires from its seed. */
const own = 9000

const time = (at: number | null) => (at === null ? null : new Date(at).toISOString())

/** Writes the model into an empty database, and lets the application make the facts of it. */
export async function storeModel(app: TestApp, model: Model): Promise<void> {
  const put = (table: string, rows: Record<string, unknown>[]) =>
    rows.length === 0
      ? Promise.resolve()
      : sql`insert into ${sql.table(table)} (${sql.join(Object.keys(rows[0] ?? {}).map((name) => sql.ref(name)))}) overriding system value
          select ${sql.join(Object.keys(rows[0] ?? {}).map((name) => sql.ref(name)))} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)`.execute(
          app.db,
        )
  const at = { source: 'test', source_time: time(model.now) }
  await put(
    'site',
    zones.map((zone, n) => ({
      id: n + 1,
      code: `S${n}`,
      name: `S${n}`,
      time_zone: zone,
      created_at: time(model.now),
      ...places[n],
      ...(places[n] ? {} : { latitude: null, longitude: null }),
    })),
  )
  await put(
    'department',
    departments.map(({ site, ...one }) => ({
      ...one,
      site_id: site,
      name: one.code,
      active: true,
      created_at: time(model.now),
      needs_review: false,
    })),
  )
  await put(
    'person',
    model.people.map((one) => ({
      ...{
        id: one.id,
        name: `人${one.id}`,
        search_name: '',
        pinyin: '',
        initials: '',
        sex: one.sex,
        birth_date: one.born,
        language: one.language,
      },
      ...{
        deceased: one.dead,
        ...at,
        said_at: {},
        created_at: time(model.now),
        updated_at: time(model.now),
        version: 1,
      },
    })),
  )
  for (const one of model.people)
    if (one.survivor !== null)
      await sql`update person set survivor_id = ${one.survivor}, merged_into = ${one.survivor} where id = ${one.id}`.execute(
        app.db,
      )
  await put(
    'person_telecom',
    model.people.flatMap((one) =>
      one.phones.map((value) => ({
        id: one.id,
        person_id: one.id,
        system: 'phone',
        value,
        use: 'mobile',
        valid: true,
        source: 'test',
        updated_at: time(model.now),
      })),
    ),
  )
  await put(
    'person_address',
    model.people.flatMap((one) =>
      one.home
        ? [
            {
              id: one.id,
              person_id: one.id,
              use: 'home',
              text: 'x',
              ...one.home,
              position_source: one.home.latitude === null ? null : 'hand',
              source: 'test',
              updated_at: time(model.now - one.id * 1000),
            },
          ]
        : [],
    ),
  )
  await put(
    'encounter',
    model.visits.map((one) => ({
      id: one.id,
      person_id: one.person,
      site_id: one.site,
      department_id: one.department,
      class: one.class,
      status: one.status,
      starts_at: time(one.from),
      ends_at: time(one.to),
      disposition: one.disposition,
      ...at,
      said_at: {},
    })),
  )
  await put(
    'condition',
    model.conditions.map((one) => ({
      id: one.id,
      person_id: one.person,
      encounter_id: one.visit,
      role: 'discharge',
      code: one.code,
      text: one.code,
      source: 'test',
      recorded_at: time(model.now),
    })),
  )
  await put(
    'event',
    model.events.map((one) => ({
      id: one.id,
      person_id: one.person,
      kind: one.kind,
      at: time(one.at),
      recorded_at: time(one.at),
      source: 'test',
      data: one.data,
    })),
  )
  await put(
    'message',
    model.messages.map(({ person, at: finished, ...one }) => ({
      ...one,
      person_id: person,
      finished_at: time(finished),
      body: 'x',
      created_at: time(finished),
      due_at: time(finished),
      attempt: 1,
      fence: 0,
      tries: 1,
      placeholder_at: [],
    })),
  )
  await put(
    'pathway',
    ['model-stay', 'model-vip'].map((code, n) => ({ id: own + n + 1, code, name: code, active: true })),
  )
  await put(
    'pathway_version',
    [1, 2].map((id) => ({
      id: own + id,
      pathway_id: own + id,
      version: 1,
      definition: {},
      published_at: time(model.now),
      follows_subject: false,
      stop_events: [],
    })),
  )
  const once = new Map(model.enrollments.map((one) => [`${one.person} ${String(one['pathway'])}`, one]))
  model.enrollments = [...once.values()]
  await put(
    'enrollment',
    model.enrollments.map((one) => ({
      id: one.id,
      pathway_id: own + (one['pathway'] === 'model-vip' ? 2 : 1),
      pathway_version_id: own + (one['pathway'] === 'model-vip' ? 2 : 1),
      person_id: one.person,
      subject_kind: 'person',
      status: one['status'],
      entered_at: time(one.at),
      started_at: time(one.at),
      stop_reason: one['reason'],
      variables: {},
      fence: 0,
      failures: 0,
      round: 0,
    })),
  )
  await put(
    'questionnaire',
    ['model-phq', 'pain-model'].map((code, n) => ({ id: own + n + 1, code, title: {} })),
  )
  await put(
    'questionnaire_version',
    [1, 2].map((id) => ({
      id: own + id,
      questionnaire_id: own + id,
      version: 1,
      definition: {},
      published_at: time(model.now),
    })),
  )
  await put(
    'questionnaire_response',
    model.answers.map((one) => ({
      id: one.id,
      person_id: one.person,
      questionnaire_version_id: own + (one['questionnaire'] === 'pain-model' ? 2 : 1),
      status: one['completed'] ? 'completed' : 'in-progress',
      answers: one['answers'],
      score: one['score'],
      author: 'x',
      source: 'staff',
      created_at: time(one.at),
      updated_at: time(one.at),
    })),
  )
  await put(
    'group_customer',
    ['acme', 'staff'].map((code, n) => ({
      id: n + 1,
      code,
      name: code,
      search_name: '',
      pinyin: '',
      initials: '',
      kind: 'employer',
      status: 'active',
      source: 'test',
      created_at: time(model.now),
      updated_at: time(model.now),
      version: 1,
    })),
  )
  await put(
    'group_member',
    model.members.map((one) => ({
      id: one.id,
      group_id: one['group'] === 'acme' ? 1 : 2,
      person_id: one.person,
      role: one['role'],
      title: one['title'],
      since: localDate(one.at, 'Asia/Shanghai'),
      until: one['ended'] ? localDate(one.at, 'Asia/Shanghai') : null,
      source: 'test',
      created_at: time(one.at),
      updated_at: time(one.at),
      version: 1,
    })),
  )
  await put(
    'person_relationship',
    model.relatives.map((one) => ({
      id: one.id,
      person_id: one.person,
      relation: one['relation'],
      name: `x${one.id}`,
      source: 'test',
      updated_at: time(one.at),
    })),
  )
  await put(
    'segment',
    [
      { id: own + 1, code: 'frequent' },
      { id: own + 2, code: 'long-lost' },
    ].map((one) => ({
      ...one,
      name: one.code,
      kind: 'list',
      made_by: 'hand',
      version: 1,
      active: true,
      created_by: 'test',
      created_at: time(model.now),
      worth: false,
      needs: [],
    })),
  )
  await put(
    'segment_member',
    model.segments.map((one) => ({
      segment_id: own + one.segment,
      person_id: one.person,
      since: time(model.now),
    })),
  )
  const ids = model.people.map((one) => one.id)
  await transaction(app.db, async (trx) => {
    await refreshFacts(trx, ids)
    await refreshActivity(trx, sql`select unnest(${ids}::bigint[])`)
  })
}
