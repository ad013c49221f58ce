import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser } from '../contract/access.ts'
import { readEmail } from '../contract/email.ts'
import { addGroupContact, createGroup } from '../contract/group.ts'
import { getPerson, updatePerson } from '../contract/person.ts'
import { createAccount } from '../contract/channel.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { fhir, integrationKey, patient } from './support/fhir.ts'
import { idsOf } from './support/hospital.ts'
import { personOf, receive } from './support/hl7.ts'
import { uploadsOf } from './support/upload.ts'

let app: TestApp
let admin: string
let centre: string
let site: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'E0' })
  site = (await idsOf(app)).site('NH')
  admin = await app.signInAs('administrator')
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const one = 'Good.One@Mail.example'
const several = [
  'a@x.cn,evil@y.cn',
  'a@x.cn;evil@y.cn',
  'a@x.cn evil@y.cn',
  'Anna <a@x.cn>',
  '"a@x.cn, evil"@y.cn',
  'a@x.cn(evil@y.cn)',
  'a@x',
  'a@@x.cn',
  'a@x.cn:evil@y.cn',
]
const group = async () =>
  (await app.request(centre, createGroup, { body: { siteId: site, code: `G${Math.random()}`, name: '厂' } }))
    .body.id
let count = 0

/** Every way an address comes in: hands it in, and says what was kept. */
const edges: Record<string, (address: string) => Promise<string[]>> = {
  async 'the form of a person'(addEmail) {
    const id = await personOf(app, 'E0')
    const { version } = (await app.request(centre, getPerson, { params: { id } })).body
    await app.request(centre, updatePerson, { params: { id }, body: { version, addEmail } })
    return telecoms(id)
  },
  async 'the form of a group customer'(email) {
    const id = await group()
    await app.request(centre, addGroupContact, { params: { id }, body: { name: '王', email } })
    return column('group_contact', 'email', sql`group_id = ${id}`)
  },
  async 'the form of a user'(email) {
    const username = `mail${++count}`
    const grants = [{ role: 'nurse', siteId: site, departmentId: null }]
    await app.request(admin, createUser, { body: { username, name: 'x', email, grants } })
    return column('app_user', 'email', sql`username = ${username} and email not like '%.invalid'`)
  },
  async 'the sender of an account'(from) {
    const body = { kind: 'smtp', name: `mail${++count}`, host: '127.0.0.1', from }
    const { status } = await app.request(admin, createAccount, { body })
    // A name before the address is right here, and stands for no second recipient.
    return status === 201 && !from.includes('<') ? [from.toLowerCase()] : []
  },
  async 'an HL7 message'(address) {
    const mrn = `E${++count}`
    await receive(app, { mrn, email: address.replaceAll(/[\\&^~|]/g, ' ') })
    return telecoms(await personOf(app, mrn))
  },
  async 'a FHIR Patient'(value) {
    const key = await integrationKey(app)
    const made = await fhir(
      app,
      key,
      'post',
      '/Patient',
      patient(`E${++count}`, { telecom: [{ system: 'email', value }] }),
    )
    return telecoms(Number(made.body.id))
  },
  async 'a table'(address) {
    const mrn = `E${++count}`
    const cell = `"${address.replaceAll('"', '""')}"`
    await uploadsOf(app, centre, site).imported(
      `病案号,姓名,性别,出生日期,邮箱\n${mrn},王五,男,1970-01-02,${cell}\n`,
    )
    const { rows } = await sql<{ value: string }>`
      select t.value from person_telecom t join person_identifier i using (person_id)
      where i.value = ${mrn} and t.system = 'email'`.execute(app.db)
    return rows.map((row) => row.value)
  },
}

async function column(table: string, name: string, where: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await sql<{ value: string | null }>`
    select ${sql.ref(name)} as value from ${sql.table(table)} where ${where}`.execute(app.db)
  return rows.flatMap((row) => row.value ?? [])
}

const telecoms = (person: number) =>
  column('person_telecom', 'value', sql`person_id = ${person} and system = 'email'`)

test.each(Object.entries(edges))(
  '%s takes one address, and nothing that would be several',
  async (_, hand) => {
    for (const address of several) {
      const kept = await hand(address)
      expect([address, kept.filter((value) => readEmail(value) !== value)]).toEqual([address, []])
      expect([address, kept.filter((value) => value.includes('evil'))]).toEqual([address, []])
    }
    expect(await hand(one)).toContain(one.toLowerCase())
  },
)
