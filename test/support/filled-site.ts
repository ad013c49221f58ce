import { type RawBuilder, sql } from 'kysely'
import type { TestApp } from './app.ts'
import { campaignOf, mail, wave } from './campaign.ts'
import { fillCases } from './filled-cases.ts'
import { fillInbox } from './filled-inbox.ts'
import { fillCalls } from './filled-calls.ts'
import { fillClinic, type InsertRow } from './filled-clinic.ts'
import { discharged } from './hospital.ts'
import { receive, receiveText } from './hl7.ts'

/** Identifiers of a site's rows: of its parts by name, and of each noun by the first words of its routes. */
export type FilledSite = {
  site: number
  department: number
  staff: number
  persons: [number, number]
  /** Values of the parameters of the routes below a path. */
  rows: Record<string, Record<string, string | number>>
}

/**
 * Fills a site with at least one row of everything that belongs to a site. Persons, organisations, files and texts are named with `mark`,
 * and numbers end in `digits`, so that an answer shows where they come from.
 */
export async function fillSite(
  app: TestApp,
  code: string,
  { mark, digits }: { mark: string; digits: string },
): Promise<FilledSite> {
  const phone = `138000${digits}`
  const about = { site: code, phone, birth: '19500101', department: 'CARD', doctor: `${code}D1` }
  const one = await discharged(app, `${code}1`, { ...about, name: `${mark}一` })
  const two = await discharged(app, `${code}2`, {
    ...about,
    name: `${mark}二`,
    email: `${code}@example.test`,
  })
  await receive(app, { ...about, mrn: `${code}3`, name: `${mark}三` })
  await receiveText(
    app,
    `MSH|^~\\&|${mark}|${code}|||20261118||ADT^A01|${code}-DEAD|P|2.5\rPID|1||||${mark}四\r`,
  )
  await receive(app, { ...about, mrn: `${code}4`, name: `${mark}五`, birth: '二月' })
  const id: InsertRow = async (table, values) => {
    const names = Object.keys(values).map((name) => sql.ref(name))
    const { rows } = await sql<{ id: number }>`
      insert into ${sql.table(table)} (${sql.join(names)}) values (${sql.join(Object.values(values).map(asValue))}) returning id`.execute(
      app.db,
    )
    return rows[0]?.id ?? 0
  }
  const known = async (query: RawBuilder<{ id: number }>) => (await query.execute(app.db)).rows[0]?.id ?? 0
  const site = await known(sql`select id from site where code = ${code}`)
  const department = await known(sql`select id from department where site_id = ${site} limit 1`)
  const staff = await known(sql`select id from staff where site_id = ${site} limit 1`)
  const cover = await id('staff', { site_id: site, code: `${code}D2`, name: '王医生', role: 'doctor' })
  const encounter = await known(sql`select id from encounter where person_id = ${one.person} limit 1`)
  const version = await known(sql`select questionnaire_version_id as id from task where id = ${one.task}`)
  const by = { by_id: 'user:x', by_name: mark }
  const place = { site_id: site, department_id: department }
  const task = (kind: string, more: object = {}) =>
    id('task', {
      kind,
      title: `${mark}的任务`,
      person_id: one.person,
      encounter_id: encounter,
      ...place,
      assignee_role: 'doctor',
      queue: `department:${department}:doctor`,
      start_at: new Date(),
      due_at: new Date(),
      questionnaire_version_id: version,
      ...more,
    })
  const done = {
    status: 'completed',
    outcome: 'done',
    completed_at: new Date(),
    completed_by: 'user:x',
    reached: true,
  }
  const finished = await task('follow-up-call', { ...done, level: 1, proof: 'stated' })
  const check = await task('spot-check', { assignee_role: 'agent', queue: `site:${site}:agent` })
  const visit = await task('home-visit', {
    level: 3,
    assignee_role: 'outreach',
    queue: `site:${site}:outreach`,
  })
  const group = await id('group_customer', {
    site_id: site,
    code,
    name: `${mark}集团`,
    search_name: `${mark}集团`,
    pinyin: 'x',
    initials: 'x',
    source: 'test',
    phone,
  })
  const parts = { group_id: group, source: 'test' }
  const agreement = await id('group_agreement', { ...parts, number: code, title: `${mark}协议` })
  const contact = await id('group_contact', { ...parts, name: `${mark}联系人`, phone })
  const member = await id('group_member', { ...parts, person_id: one.person, note: mark })
  const draw = await id('spot_check_draw', {
    site_id: site,
    month: '2026-10-01',
    seed: 'x',
    sizes: {},
    settings: {},
    not_callable: 0,
    drawn_by: 'user:x',
    drawn_by_name: mark,
  })
  const user = await app.createUser(`nurse-of-${code.toLowerCase()}`, 'nurse', { site, department, staff })
  const account = await id('message_account', {
    name: `${mark}信件`,
    kind: 'letter',
    channel: 'letter',
    site_id: site,
    config: { sender: mark },
    active: false,
    updated_by: mark,
  })
  const channel = await id('outbound_channel', {
    name: `${mark}通道`,
    host: '127.0.0.1',
    port: 1,
    receiving_application: 'HIS',
    receiving_facility: code,
    assigning_authority: code,
    kinds: sql`array['ADT^A31']`,
    updated_by: mark,
    active: false,
  })
  const raw = Buffer.from(
    `MSH|^~\\&|CARELOOP|X|HIS|${code}|20261118||ADT^A08|${code}1|P|2.5\rPID|1||${code}1||${mark}^一\r`,
  )
  const [left, right] = [one.person, two.person].sort((a, b) => a - b) as [number, number]
  await sql`insert into match_pair (left_id, right_id, probability, levels, fingerprint) values (${left}, ${right}, 0.9, '{}', 'x')
    on conflict do nothing`.execute(app.db)
  const merged = await known(sql`select person_id as id from person_identifier where value = ${`${code}3`}`)
  const visitTeam = await id('visit_team', { site_id: site, name: `${mark}队` })
  const plan = await id('visit_plan', {
    site_id: site,
    from_date: '2026-11-18',
    until_date: '2026-11-20',
    rules: {
      base: { latitude: 30.1, longitude: 104.1 },
      timeZone: 'Asia/Shanghai',
      fromHour: 9,
      visitMinutes: 30,
      dayMinutes: 480,
      townKmPerHour: 25,
      roadKmPerHour: 60,
      townKm: 10,
      detour: 1.3,
      radiusKm: 30,
      costPerKm: 1,
      costPerStaffHour: 1,
      dates: ['2026-11-18'],
      teams: [
        { id: visitTeam, name: `${mark}队`, visitsPerDay: 3, costPerKm: 1, vehicle: null, members: [] },
      ],
    },
    baseline: { visits: 1, days: 1, km: 1, minutes: 1 },
    left_out: sql`'[]'`,
    created_by: 'user:x',
    created_by_name: mark,
  })
  await id('visit_stop', {
    plan_id: plan,
    task_id: visit,
    team_id: visitTeam,
    date: '2026-11-18',
    position: 1,
    latitude: 30.1,
    longitude: 104.1,
  })
  const handOver = await id('hand_over', {
    kind: 'assign',
    from_staff_id: staff,
    changed: 1,
    ...by,
    reason: mark,
  })
  await sql`insert into hand_over_task (hand_over_id, task_id, from_queue, to_queue) values (${handOver}, ${one.task}, 'x', 'y')`.execute(
    app.db,
  )
  const file = await id('import', {
    kind: 'persons',
    site_id: site,
    file_name: `${mark}.csv`,
    created_by: 'user:x',
    created_by_name: mark,
    status: 'imported',
  })
  const clinic = await fillClinic(app.db, id, { code, mark, place, staff, persons: [one.person, two.person] })
  const cases = await fillCases(app.db, id, { mark, place, persons: [one.person, two.person] })
  const calls = await fillCalls(id, { code, mark, site, phone, person: one.person, task: one.task, version })
  const of = (value: string | number) => ({ id: value })
  return {
    site,
    department,
    staff,
    persons: [one.person, two.person],
    rows: {
      absences: of(
        await id('staff_absence', {
          staff_id: staff,
          cover_staff_id: cover,
          from_at: new Date(Date.now() + 1000),
          to_at: new Date(Date.now() + 86_400_000),
          reason: mark,
          created_by: 'user:x',
          created_by_name: mark,
        }),
      ),
      ...clinic,
      ...calls,
      ...cases,
      ...(await fillInbox(app, id, { site, person: one.person, user, mark })),
      'api-keys': of(
        await id('api_key', {
          name: `${mark}钥匙`,
          role: 'integration',
          site_id: site,
          prefix: 'x',
          hash: Buffer.from(code),
        }),
      ),
      campaigns: of(
        await id('campaign', {
          name: `${mark}活动`,
          level: 1,
          purpose: 'service',
          site_id: site,
          plan: campaignOf(null, {}, { waves: [wave(0, { ...mail, subject: mark, body: mark })] }).plan,
          goal: 'visited',
          window_days: 30,
          authors: sql`array['user:x']`,
          created_by_name: mark,
        }),
      ),
      departments: of(department),
      disputes: of(
        await id('dispute', { person_id: two.person, ...place, reason: `${mark}不满`, opened_by_name: mark }),
      ),
      enrollments: of(await known(sql`select max(id) as id from enrollment where person_id = ${one.person}`)),
      'groups/{id}/agreements': { id: group, partId: agreement },
      'groups/{id}/contacts': { id: group, partId: contact },
      'groups/{id}/members': { id: group, partId: member },
      groups: of(group),
      templates: of(
        await id('template', {
          code: `t-${code.toLowerCase()}`,
          name: mark,
          purpose: 'service',
          site_id: site,
        }),
      ),
      guidance: of(await id('guidance', { title: `${mark}须知`, ...place })),
      'hand-overs': of(handOver),
      'head-checks': of(
        await id('head_check', {
          ...place,
          staff_id: staff,
          month: '2026-10-01',
          verdict: 'needs-work',
          remark: mark,
          counts: {},
          checked_by_name: mark,
        }),
      ),
      'imports/{id}/{act}': { id: file, act: 'undo' },
      imports: of(file),
      'intake/messages': of(
        await known(
          sql`select max(id) as id from inbound_message where facility = ${code} and status = 'dead'`,
        ),
      ),
      launches: of(
        await id('launch', {
          token_hash: Buffer.from(code),
          user_id: user,
          person_id: one.person,
          created_by: 'key:0',
          created_by_name: mark,
          expires_at: new Date(Date.now() + 3_600_000),
        }),
      ),
      'match-pairs': { leftId: left, rightId: right },
      channels: of(account),
      'channels/{id}/letters/{batchId}': {
        id: account,
        batchId: await id('message_batch', { account_id: account, letters: 1, made_by: mark }),
      },
      'outbound/channels': of(channel),
      'outbound/messages': of(
        await id('outbound_message', {
          channel_id: channel,
          person_id: one.person,
          control_id: `${code}1`,
          kind: 'ADT^A31',
          raw,
          charset: 'UTF-8',
          status: 'rejected',
          attempts: 1,
          created_by: 'user:x',
        }),
      ),
      'person-merges': of(
        await id('person_merge', {
          survivor_id: one.person,
          merged_id: merged,
          source: 'manual',
          reason: mark,
          merged_by: 'user:x',
          merged_by_name: mark,
        }),
      ),
      'person-pairs': { leftId: left, rightId: right },
      'persons/{id}/consents/{consentId}': {
        id: one.person,
        consentId: await id('consent', {
          person_id: one.person,
          purpose: 'service',
          channel: 'email',
          given_at: new Date(),
          proof: 'form',
          recorded_by: 'user:x',
          recorded_by_name: mark,
        }),
      },
      persons: of(one.person),
      'questionnaire-links': of(
        await id('questionnaire_link', {
          task_id: one.task,
          questionnaire_version_id: version,
          person_id: one.person,
          channel: 'shown',
          created_by: 'user:x',
          created_by_name: mark,
        }),
      ),
      'return-visit-instructions': of(
        await id('return_visit_instruction', {
          person_id: one.person,
          ...place,
          assignee_role: 'doctor',
          staff_id: staff,
          reason: 'other',
          text: `${mark}复查`,
          issued_by_name: mark,
        }),
      ),
      segments: of(
        await id('segment', {
          code,
          name: `${mark}人群`,
          rule: { fact: 'person.ageYears', op: '>=', value: 0 },
          site_id: site,
          created_by: 'user:x',
        }),
      ),
      'spot-checks/draws': of(draw),
      'spot-checks': of(
        await id('spot_check', {
          draw_id: draw,
          checked_task_id: finished,
          task_id: check,
          ...place,
          staff_id: staff,
          probability: 1,
          status: 'disagree',
        }),
      ),
      staff: of(staff),
      sites: of(site),
      'tasks/{id}/evidence/{evidenceId}': {
        id: one.task,
        evidenceId: await id('task_evidence', {
          task_id: one.task,
          kind: 'document',
          reference: 'x',
          recorded_by: 'user:x',
          recorded_by_name: mark,
        }),
      },
      'tasks/{id}/photos/{key}': { id: one.task, key: 'a'.repeat(32) },
      tasks: of(one.task),
      users: of(user),
      'visits/plans': { id: plan, teamId: visitTeam },
      'visits/records': of(
        await id('visit_record', {
          task_id: visit,
          site_id: site,
          team_id: visitTeam,
          actor_id: 'user:x',
          actor_name: mark,
          idempotency_key: code,
          outcome: 'done',
          arrived_at: new Date(),
          left_at: new Date(),
          status: 'kept',
          note: mark,
          problem: 'closed',
        }),
      ),
      visits: of(visit),
    },
  }
}

const asValue = (value: unknown) =>
  value !== null && typeof value === 'object' && value.constructor === Object ? JSON.stringify(value) : value
