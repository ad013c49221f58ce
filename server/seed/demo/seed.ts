import { type Selectable, sql } from 'kysely'
import type { Staff } from '../../platform/db-types.ts'
import type { z } from 'zod'
import { accountBody } from '../../../contract/channel.ts'
import { demoHospital, type StaffRole } from '../../../sim/hospital.ts'
import type { Role } from '../../../contract/access.ts'
import { createApiKeyAs, revokeApiKeyAs } from '../../modules/access/api-key.ts'
import { createUserAs } from '../../modules/access/user.ts'
import { createAccount, updateAccount } from '../../modules/message/account.ts'
import { enterOrganisation } from '../../modules/organisation/enter.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'

const actor = systemActor('system:demo', '演示数据')

/** One password for all demo log-ins; the demo listens on this machine only. */
export const demoPassword = 'Ginkgo-2026'

const roles: Record<StaffRole, Selectable<Staff>['role']> = {
  doctor: 'doctor',
  head: 'department-head',
  nurse: 'nurse',
  'head-nurse': 'head-nurse',
  agent: 'service-centre',
  outreach: 'outreach',
}

/** Sites, departments and staff of the simulated hospital, as an administrator would have entered them. */
export async function seedDemoHospital(db: Db): Promise<void> {
  await transaction(db, (trx) =>
    enterOrganisation(trx, {
      ...demoHospital,
      staff: demoHospital.staff.map((one) => ({ ...one, role: roles[one.role] })),
    }),
  )
}

type AccountInput = z.input<typeof accountBody>

export type DemoLogin = {
  username: string
  role: Role
  name: string
  where: string
  departmentId: number | null
}

const wanted: {
  username: string
  role: Role
  staffRole: string | null
  reach: 'all' | 'site' | 'department'
}[] = [
  { username: 'nurse', role: 'nurse', staffRole: 'nurse', reach: 'department' },
  { username: 'doctor', role: 'doctor', staffRole: 'doctor', reach: 'department' },
  { username: 'head', role: 'department-head', staffRole: 'department-head', reach: 'department' },
  { username: 'service', role: 'service-centre', staffRole: 'service-centre', reach: 'site' },
  { username: 'outreach', role: 'outreach', staffRole: 'outreach', reach: 'site' },
  { username: 'manager', role: 'manager', staffRole: null, reach: 'all' },
  { username: 'admin', role: 'administrator', staffRole: null, reach: 'all' },
  { username: 'auditor', role: 'auditor', staffRole: null, reach: 'all' },
]

const names: Partial<Record<Role, string>> = {
  manager: '院办主任',
  administrator: '系统管理员',
  auditor: '审计员',
}

type Post = { department_id: number; site_id: number; department_name: string; site_name: string }

/** A log-in per role, in the department with the most open tasks, so that every list has something on it. */
export async function seedDemoUsers(db: Db): Promise<DemoLogin[]> {
  return transaction(db, async (trx) => {
    const post = await busiestDepartment(trx)
    const logins: DemoLogin[] = []
    for (const { username, role, staffRole, reach } of wanted) {
      const staff = staffRole === null ? undefined : await memberOf(trx, post, staffRole)
      const name = staff?.name ?? names[role] ?? username
      const known = await trx
        .selectFrom('app_user')
        .select('id')
        .where('username', '=', username)
        .executeTakeFirst()
      if (!known)
        await createUserAs(
          trx,
          actor,
          {
            username,
            name,
            password: demoPassword,
            staffId: staff?.id ?? null,
            grants: [
              {
                role,
                siteId: reach === 'all' ? null : post.site_id,
                departmentId: reach === 'department' ? post.department_id : null,
              },
            ],
          },
          { mustChangePassword: false },
        )
      const where = { all: '全院', site: post.site_name, department: post.department_name }[reach]
      const departmentId = reach === 'department' ? post.department_id : null
      logins.push({ username, role, name, where, departmentId })
    }
    return logins
  })
}

async function busiestDepartment(trx: Trx): Promise<Post> {
  const { rows } = await sql<Post>`
    select d.id as department_id, d.site_id, d.name as department_name, s.name as site_name
    from department d join site s on s.id = d.site_id left join task t on t.department_id = d.id and t.level = 1
    where d.specialty in ('CARD', 'RESP', 'GSUR', 'NEUR', 'ORTH')
    group by 1, 2, 3, 4 order by s.name, count(t.id) desc, d.id limit 1`.execute(trx)
  const [post] = rows
  if (!post) throw new Error('the demo hospital has no departments')
  return post
}

async function memberOf(
  trx: Trx,
  post: Post,
  role: string,
): Promise<{ id: number; name: string } | undefined> {
  const { rows } = await sql<{ id: number; name: string }>`
    select h.id, h.name from staff h left join task t on t.assignee_staff_id = h.id and t.status = 'requested'
    where h.role = ${role} and h.site_id = ${post.site_id}
      and (h.department_id = ${post.department_id} or ${role} in ('service-centre', 'outreach'))
    group by 1, 2 order by count(t.id) desc, h.id limit 1`.execute(trx)
  return rows[0]
}

/** A key for the simulated staff; made anew at each start, because only its hash is kept. */
export async function demoApiKey(db: Db): Promise<string> {
  return transaction(db, async (trx) => {
    const earlier = await trx
      .selectFrom('api_key')
      .select('id')
      .where('name', '=', '模拟员工')
      .where('revoked_at', 'is', null)
      .execute()
    for (const { id } of earlier) await revokeApiKeyAs(trx, actor, id)
    const { key } = await createApiKeyAs(trx, actor, {
      name: '模拟员工',
      role: 'integration',
      siteId: null,
      expiresAt: null,
    })
    return key
  })
}

/** Accounts at the providers that the demo plays itself: nothing leaves this machine. */
export async function configureDemoChannels(db: Db, secret: string, accounts: AccountInput[]): Promise<void> {
  await transaction(db, async (trx) => {
    for (const input of accounts) {
      const body = accountBody.parse(input)
      const known = await trx
        .selectFrom('message_account')
        .select(['id', 'version'])
        .where('name', '=', body.name)
        .executeTakeFirst()
      if (known) await updateAccount(trx, actor, secret, known.id, { ...body, version: known.version })
      else await createAccount(trx, actor, secret, body)
    }
  })
}

/** The account for mail of a sink on this machine. */
export const demoMail = (port: number): AccountInput => ({
  kind: 'smtp',
  name: '演示邮件',
  host: '127.0.0.1',
  port,
  tls: 'none',
  from: '"仁和医院" <care@renhe.example>',
})

/** The account at the demo's short message centre. */
export const demoSms = (port: number): AccountInput => ({
  kind: 'smpp',
  name: '演示短信',
  host: '127.0.0.1',
  port,
  systemId: 'demo',
  password: demoPassword,
  source: '10690000',
  costPerPart: 0.05,
})

/** The demo's official account. */
export const demoWechat = (endpoint: string): AccountInput => ({
  kind: 'wechat',
  name: '演示公众号',
  endpoint,
  appId: 'wx-demo',
  appSecret: demoPassword,
  token: demoPassword,
  templateId: 'demo',
})
